module example/bench

go 1.19
