package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	workers = 8
	jobs    = 190000
)

type result struct {
	id  int
	val uint64
}

func crunch(n uint64) uint64 {
	for i := 0; i < 60; i++ {
		n = n*6364136223846793005 + 1442695040888963407
		n ^= n >> 17
	}
	return n
}

func main() {
	// Pinning a goroutine to its own OS thread forces the runtime to clone.
	pinned := make(chan uint64)
	for t := 0; t < 2; t++ {
		t := t
		go func() {
			runtime.LockOSThread()
			acc := uint64(t)
			for v := range pinned {
				acc += crunch(v)
			}
			_ = acc
		}()
	}
	in := make(chan int)
	out := make(chan result, 4)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var rw sync.RWMutex
	var a32 uint32 // wraps
	var a64 uint64
	seen := map[int]int{}
	for w := 0; w < workers; w++ {
		wg.Add(1)
		go func(w int) {
			defer wg.Done()
			for j := range in {
				v := crunch(uint64(j))
				atomic.AddUint32(&a32, uint32(j))
				atomic.AddUint64(&a64, v)
				mu.Lock()
				seen[j]++
				mu.Unlock()
				rw.RLock()
				runtime.Gosched()
				rw.RUnlock()
				out <- result{j, v}
			}
		}(w)
	}
	go func() {
		for j := 0; j < jobs; j++ {
			in <- j
			if j%50 == 0 {
				pinned <- uint64(j)
				rw.Lock()
				rw.Unlock()
			}
		}
		close(in)
		close(pinned)
		wg.Wait()
		close(out)
	}()
	var total uint64
	n := 0
	for r := range out {
		total += r.val
		n++
	}
	for {
		old := atomic.LoadUint64(&a64)
		if atomic.CompareAndSwapUint64(&a64, old, old+1) {
			break
		}
	}
	var once sync.Once
	hits := 0
	for i := 0; i < 3; i++ {
		once.Do(func() { hits++ })
	}
	ok := n == jobs && total+1 == a64 && len(seen) == jobs && a32 == jobs*(jobs-1)/2&0xffffffff && hits == 1
	fmt.Printf("jobs=%d total=%016x a32=%d ok=%v\n", n, total, a32, ok)
	if !ok {
		os.Exit(3)
	}
}
