// Package verdict is the statement that the fault-proof programs of the devnet prove: see docs/demo-program.md.
package verdict

import (
	"strconv"

	"guest/derive"
	"guest/host"
	"guest/l1"
)

// Chain is the id of the one chain these programs know.
const Chain = 901

// Judge reads the game's local values, derives the rollup from the batches of the inbox, and ends the program: 0 if the
// claimed output root is that of block min(claimed number, last block derivable from the L1 head), 1 if it is not, or if the
// claimed number is below the agreed block, 2 if the data is impossible.
func Judge(inbox [20]byte) {
	head, agreed, claimed := hash(1), hash(2), hash(3)
	claimedNumber := number(4)
	if number(5) != Chain {
		host.Fail("another chain")
	}
	agreedBlock := outputBlock(&agreed)

	event := l1.Event{Address: inbox, Topic: derive.Topic}
	blocks := l1.Blocks(head, &event)
	var chain derive.Chain
	var start *derive.Block
	for i := range blocks {
		known := len(chain.Blocks)
		l1.Logs(&blocks[i], &event, chain.Add)
		if start == nil {
			start = find(chain.Blocks[known:], &agreedBlock)
		}
		if start != nil && chain.Last().Number >= claimedNumber {
			break // later batches cannot change a block that is there
		}
	}
	if start == nil || start.Output() != agreed {
		host.Fail("the agreed block is not among the derived ones")
	}
	// The agreed block itself may be claimed again, by its own output: a contract that caps the number asks this at the right edge of a game
	// below the safe head.
	if claimedNumber < start.Number {
		refuse("block "+decimal(claimedNumber)+" is below the agreed block "+decimal(start.Number), nil)
	}
	judged := chain.At(claimedNumber)
	if judged == nil {
		judged = chain.Last()
	}
	output := judged.Output()
	if output != claimed {
		refuse("the output of block "+decimal(judged.Number)+" is", &output)
	}
	host.Print("claim holds: the output of block ", decimal(judged.Number), " is ", hex(&output))
	host.Exit(host.Valid)
}

// outputBlock asks for the preimage of an output root and returns the block hash in it.
func outputBlock(root *[32]byte) (block [32]byte) {
	host.Hint("agreed-output", root)
	preimage := host.Keccak(root, nil)
	if len(preimage) != 128 {
		host.Fail("the agreed output has the wrong length")
	}
	for _, b := range preimage[:32] {
		if b != 0 {
			host.Fail("the agreed output has an unknown version")
		}
	}
	copy(block[:], preimage[96:])
	return block
}

// find returns the block with the given hash.
func find(blocks []derive.Block, hash *[32]byte) *derive.Block {
	for i := range blocks {
		if blocks[i].Hash == *hash {
			block := blocks[i]
			return &block
		}
	}
	return nil
}

func refuse(reason string, output *[32]byte) {
	if output != nil {
		reason += " " + hex(output)
	}
	host.Print("claim does not hold: ", reason)
	host.Exit(host.Invalid)
}

func hash(n byte) (value [32]byte) {
	copy(value[:], host.Local(n, 32))
	return value
}

func number(n byte) (value uint64) {
	for _, b := range host.Local(n, 8) {
		value = value<<8 | uint64(b)
	}
	return value
}

func decimal(value uint64) string {
	return strconv.FormatUint(value, 10)
}

func hex(hash *[32]byte) string {
	const digits = "0123456789abcdef"
	text := []byte("0x")
	for _, b := range hash {
		text = append(text, digits[b>>4], digits[b&15])
	}
	return string(text)
}
