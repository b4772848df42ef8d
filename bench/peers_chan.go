// What bench.c measures of locks and queues, in Go on one core: an unbuffered channel between two goroutines,
// and a mutex that nobody else wants. Prints a line "name nanoseconds" for each.
package main

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"
)

const (
	shortest = 2 * time.Millisecond
	rounds   = 15
)

func queue(n int) time.Duration {
	items := make(chan int)
	go func() {
		for i := range n {
			items <- i
		}
	}()
	begin := time.Now()
	for range n {
		<-items
	}
	return time.Since(begin)
}

func lock(n int) time.Duration {
	var mutex sync.Mutex
	begin := time.Now()
	for range n {
		mutex.Lock()
		mutex.Unlock()
	}
	return time.Since(begin)
}

// Doubles n until a round is long enough, then prints the median of some rounds.
func measure(name string, run func(n int) time.Duration) {
	n := 1000
	for run(n) < shortest {
		n *= 2
	}
	taken := make([]float64, rounds)
	for i := range taken {
		taken[i] = float64(run(n).Nanoseconds()) / float64(n)
	}
	slices.Sort(taken)
	fmt.Printf("%s %.3f\n", name, taken[rounds/2])
}

func main() {
	runtime.GOMAXPROCS(1)
	measure("lock", lock)
	measure("queue", queue)
}
