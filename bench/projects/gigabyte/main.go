package main

// bench-change: 0
func main() {
	println("hello")
}
