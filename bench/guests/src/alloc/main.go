package main

import (
	"fmt"
	"runtime"
)

const rounds = 300

type node struct {
	next *node
	body []byte
	tag  uint64
}

func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 29
	return x
}

func main() {
	var ms runtime.MemStats
	keep := make(map[uint64]*node)
	var sum uint64
	seed := uint64(1)
	for r := 0; r < rounds; r++ {
		var head *node
		for i := 0; i < 400; i++ {
			seed = mix(seed + uint64(i))
			n := &node{next: head, body: make([]byte, 64+seed%1500), tag: seed}
			n.body[int(seed%uint64(len(n.body)))] = byte(seed)
			head = n
			if i%16 == 0 {
				keep[seed%97] = n
			}
		}
		for n := head; n != nil; n = n.next {
			sum += n.tag ^ uint64(len(n.body))
		}
		big := make([]uint32, 40000)
		for i := range big {
			big[i] = uint32(i * r)
		}
		sum += uint64(big[len(big)-1])
		s := []string{}
		for i := 0; i < 200; i++ {
			s = append(s, fmt.Sprintf("item-%d-%d", r, i))
		}
		m := make(map[string]int, len(s))
		for i, x := range s {
			m[x] = i
		}
		delete(m, "item-0-3")
		sum += uint64(len(m))
		runtime.GC()
	}
	runtime.ReadMemStats(&ms)
	fmt.Printf("rounds=%d kept=%d sum=%016x gc=%v\n", rounds, len(keep), sum, ms.NumGC > 0)
}
