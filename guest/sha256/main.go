// A fault-proof program for the same rollup that is told where the batches are by a document known by its SHA-256, so that
// its trace has steps that read a SHA-256 preimage: docs/demo-program.md.
package main

import (
	"guest/host"
	"guest/verdict"
)

// SHA-256 of the document "inbox 0x<40 hex digits>" that names the inbox contract.
var document = [32]byte{
	0xad, 0x2e, 0x2e, 0x80, 0xfc, 0xea, 0x1c, 0x07, 0x43, 0x24, 0x8a, 0x1f, 0xbf, 0xfc, 0x93, 0x94,
	0xa8, 0x5e, 0x76, 0x3c, 0x4c, 0xca, 0x9f, 0xb3, 0x71, 0x6b, 0xf1, 0xf2, 0xab, 0x78, 0xb2, 0x7c,
}

const prefix = "inbox 0x"

func main() {
	host.Hint("rollup-document", &document)
	text := host.Sha256(&document)
	if len(text) != len(prefix)+40 || string(text[:len(prefix)]) != prefix {
		host.Fail("the rollup document does not decode")
	}
	var inbox [20]byte
	for i, c := range text[len(prefix):] {
		inbox[i/2] = inbox[i/2]<<4 | digit(c)
	}
	verdict.Judge(inbox)
}

func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	host.Fail("the rollup document does not decode")
	return 0
}
