package keccak

import (
	"encoding/hex"
	"testing"
)

func TestKnownAnswers(t *testing.T) {
	long := make([]byte, 1000)
	for i := range long {
		long[i] = byte(i)
	}
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
		{[]byte("abc"), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"},
		{make([]byte, 64), "ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5"},
	} {
		if got := Sum(c.data); hex.EncodeToString(got[:]) != c.want {
			t.Errorf("%d bytes: %x", len(c.data), got)
		}
	}
}
