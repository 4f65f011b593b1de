// Package l1 reads the L1 chain backwards from its head: headers, and the logs of one contract. Everything comes as a
// preimage of a hash that is already believed, so only its shape is checked here; a shape that no L1 block has ends the program.
package l1

import (
	"guest/host"
	"guest/keccak"
	"guest/rlp"
)

// Places of the header fields that matter here. The fields after them differ from fork to fork.
const (
	parentHash   = 0
	receiptsRoot = 5
	logsBloom    = 6
	number       = 8
	fewestFields = 15
)

// Block is a block that may hold a log of the event sought.
type Block struct {
	Hash         [32]byte
	ReceiptsRoot [32]byte
}

// Event is a log sought: one contract, one topic.
type Event struct {
	Address [20]byte
	Topic   [32]byte
}

// Blocks walks from head back to block 0 and returns, oldest first, the blocks whose bloom admits the event. A bloom has a
// bit for each address and topic logged in its block, so a block left out holds no such log.
func Blocks(head [32]byte, event *Event) []Block {
	address, topic := bloomBits(event.Address[:]), bloomBits(event.Topic[:])
	var blocks []Block
	var buffer [1024]byte
	fields := make([]rlp.Item, 0, 32)
	var child uint64
	for hash, first := head, true; ; first = false {
		host.Hint("l1-block-header", &hash)
		var ok bool
		fields, ok = rlp.List(host.Keccak(&hash, buffer[:]), fields[:0])
		if !ok || len(fields) < fewestFields || !fields[parentHash].IsBytes(32) || !fields[receiptsRoot].IsBytes(32) ||
			!fields[logsBloom].IsBytes(256) || !fields[number].IsNumber(8) {
			host.Fail("an L1 header does not decode")
		}
		height := fields[number].Uint64()
		if !first && height != child-1 {
			host.Fail("an L1 header is not one below its child")
		}
		if address.in(fields[logsBloom].Payload) && topic.in(fields[logsBloom].Payload) {
			block := Block{Hash: hash}
			copy(block.ReceiptsRoot[:], fields[receiptsRoot].Payload)
			blocks = append(blocks, block)
		}
		copy(hash[:], fields[parentHash].Payload)
		if height == 0 {
			if hash != [32]byte{} {
				host.Fail("L1 block 0 has a parent")
			}
			break
		}
		child = height
	}
	for i, j := 0, len(blocks)-1; i < j; i, j = i+1, j-1 {
		blocks[i], blocks[j] = blocks[j], blocks[i]
	}
	return blocks
}

// bits are the three bits that a value sets in a bloom filter.
type bits [3]uint16

func bloomBits(value []byte) (b bits) {
	hash := keccak.Sum(value)
	for i := range b {
		b[i] = (uint16(hash[2*i])<<8 | uint16(hash[2*i+1])) & 2047
	}
	return b
}

func (b *bits) in(bloom []byte) bool {
	for _, bit := range b {
		if bloom[255-bit/8]>>(bit%8)&1 == 0 {
			return false
		}
	}
	return true
}
