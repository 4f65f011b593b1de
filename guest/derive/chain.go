// Package derive makes the rollup's chain from the batches on L1.
package derive

import (
	"guest/keccak"
	"guest/rlp"
)

// Topic is keccak("Batch(bytes,bytes32)"), the event by which the inbox tells of a batch.
var Topic = keccak.Sum([]byte("Batch(bytes,bytes32)"))

// Block is a derived L2 block.
type Block struct {
	Number      uint64
	Hash        [32]byte
	stateRoot   [32]byte
	storageRoot [32]byte
}

// Output is the block's output root: keccak(version 0 ++ state root ++ storage root of the message passer ++ block hash).
func (b *Block) Output() [32]byte {
	var preimage [128]byte
	copy(preimage[32:], b.stateRoot[:])
	copy(preimage[64:], b.storageRoot[:])
	copy(preimage[96:], b.Hash[:])
	return keccak.Sum(preimage[:])
}

// Chain is what has been derived so far, from the rollup's first block on.
type Chain struct {
	Blocks []Block
}

// Last is the newest block, nil if there is none.
func (c *Chain) Last() *Block {
	if len(c.Blocks) == 0 {
		return nil
	}
	return &c.Blocks[len(c.Blocks)-1]
}

// At is the block with the given number, nil if there is none.
func (c *Chain) At(number uint64) *Block {
	if len(c.Blocks) == 0 || number < c.Blocks[0].Number || number > c.Last().Number {
		return nil
	}
	return &c.Blocks[number-c.Blocks[0].Number]
}

// Add takes the data of one event, in the order of L1. The first batch that decodes is the rollup's first block; after it a
// batch counts only if it is the next number and its parent is the newest block. All others are passed over: anybody who can
// make the inbox speak could otherwise end the chain.
func (c *Chain) Add(data []byte) {
	header, storageRoot, ok := decodeBatch(data)
	if !ok {
		return
	}
	var space [24]rlp.Item
	fields, ok := rlp.List(header, space[:0])
	if !ok || !isHeader(fields) {
		return
	}
	block := Block{Number: fields[number].Uint64()}
	if last := c.Last(); last != nil {
		if block.Number == 0 || block.Number != last.Number+1 || string(fields[parentHash].Payload) != string(last.Hash[:]) {
			return
		}
	}
	block.Hash = keccak.Sum(header)
	copy(block.stateRoot[:], fields[stateRoot].Payload)
	copy(block.storageRoot[:], storageRoot)
	c.Blocks = append(c.Blocks, block)
}

// decodeBatch takes (bytes header, bytes32 storageRoot) out of its ABI encoding, in the one form that a compiler writes: the
// bytes follow the two words, padded with zeros to a whole word, and nothing follows them.
func decodeBatch(data []byte) (header, storageRoot []byte, ok bool) {
	const head = 96
	if len(data) < head || !isWord(data[:32], 64) {
		return nil, nil, false
	}
	size := int(data[93])<<16 | int(data[94])<<8 | int(data[95])
	padded := (size + 31) &^ 31
	if !isWord(data[64:96], size) || len(data) != head+padded {
		return nil, nil, false
	}
	for _, b := range data[head+size:] {
		if b != 0 {
			return nil, nil, false
		}
	}
	return data[head : head+size], data[32:64], true
}

// isWord says whether a word holds the value, which is below 2^24.
func isWord(word []byte, value int) bool {
	for _, b := range word[:29] {
		if b != 0 {
			return false
		}
	}
	return int(word[29])<<16|int(word[30])<<8|int(word[31]) == value
}
