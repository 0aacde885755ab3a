#!/bin/sh
# bench-change: 0
exec java -jar target/bench-maven-1.0.jar "$@"
