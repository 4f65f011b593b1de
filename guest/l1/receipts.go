package l1

import (
	"guest/host"
	"guest/rlp"
)

// The root of a trie that holds nothing: keccak(0x80).
var emptyRoot = [32]byte{
	0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e,
	0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21,
}

// Logs calls found with the data of each log of the event in the block, in order. Only logs with exactly one topic count.
func Logs(block *Block, event *Event, found func(data []byte)) {
	for _, receipt := range receipts(block) {
		if len(receipt) > 0 && receipt[0] < 0x80 {
			receipt = receipt[1:] // EIP-2718: the type of the transaction
		}
		fields, ok := rlp.List(receipt, nil)
		if !ok || len(fields) < 4 || !fields[3].IsList {
			host.Fail("a receipt does not decode")
		}
		logs, ok := rlp.Items(fields[3].Payload, nil)
		if !ok {
			host.Fail("a receipt's logs do not decode")
		}
		for i := range logs {
			if data := match(&logs[i], event); data != nil {
				found(data.Payload)
			}
		}
	}
}

// match returns the data of a log that is the event's, else nil.
func match(log *rlp.Item, event *Event) *rlp.Item {
	var space [3]rlp.Item
	fields, ok := rlp.Items(log.Payload, space[:0])
	if !ok || !log.IsList || len(fields) != 3 || !fields[0].IsBytes(20) || !fields[1].IsList || fields[2].IsList {
		host.Fail("a log does not decode")
	}
	topic, rest, ok := rlp.Split(fields[1].Payload)
	if !ok || len(rest) != 0 || !topic.IsBytes(32) {
		return nil // no topic, or several
	}
	if string(fields[0].Payload) != string(event.Address[:]) || string(topic.Payload) != string(event.Topic[:]) {
		return nil
	}
	return &fields[2]
}

// receipts returns the encoded receipts of a block in order.
func receipts(block *Block) [][]byte {
	if block.ReceiptsRoot == emptyRoot {
		return nil
	}
	host.Hint("l1-receipts", &block.Hash)
	var t trie
	t.node(host.Keccak(&block.ReceiptsRoot, nil), path{})
	ordered := make([][]byte, len(t.leaves))
	for _, leaf := range t.leaves {
		if leaf.index >= uint64(len(ordered)) || ordered[leaf.index] != nil {
			host.Fail("the indices of a receipts trie have a gap")
		}
		ordered[leaf.index] = leaf.value
	}
	return ordered
}

// trie gathers the leaves of a list trie: keys are the RLP of the index.
type trie struct {
	leaves []leaf
}

type leaf struct {
	index uint64
	value []byte
}

// path is the nibbles on the way to a node. The key of an index below 2^24 has at most 8 of them.
type path struct {
	nibbles [8]byte
	length  int
}

func (p path) and(nibble byte) path {
	if p.length == len(p.nibbles) {
		host.Fail("a key of a receipts trie is too long")
	}
	p.nibbles[p.length] = nibble
	p.length++
	return p
}

func (t *trie) node(encoded []byte, at path) {
	var space [17]rlp.Item
	items, ok := rlp.List(encoded, space[:0])
	switch {
	case ok && len(items) == 17:
		for nibble := byte(0); nibble < 16; nibble++ {
			if child := &items[nibble]; child.IsList || len(child.Payload) != 0 {
				t.child(child, at.and(nibble))
			}
		}
		if !items[16].IsBytes(0) {
			host.Fail("a branch of a receipts trie has a value")
		}
	case ok && len(items) == 2 && !items[0].IsList && len(items[0].Payload) > 0:
		isLeaf, at := extend(at, items[0].Payload)
		if isLeaf {
			t.leaf(&items[1], at)
		} else {
			t.child(&items[1], at)
		}
	default:
		host.Fail("a node of a receipts trie does not decode")
	}
}

// child goes down to a node, which stands inside its parent when it is shorter than a hash.
func (t *trie) child(item *rlp.Item, at path) {
	if item.IsList {
		t.node(item.Encoded, at)
		return
	}
	if !item.IsBytes(32) {
		host.Fail("a child in a receipts trie is no hash")
	}
	var hash [32]byte
	copy(hash[:], item.Payload)
	t.node(host.Keccak(&hash, nil), at)
}

// extend decodes the "hex prefix" form of a leaf's or extension's part of the key.
func extend(at path, compact []byte) (isLeaf bool, end path) {
	flags := compact[0] >> 4
	if flags > 3 || (flags&1 == 0 && compact[0]&15 != 0) {
		host.Fail("a path of a receipts trie does not decode")
	}
	if flags&1 != 0 {
		at = at.and(compact[0] & 15)
	}
	for _, b := range compact[1:] {
		at = at.and(b >> 4).and(b & 15)
	}
	return flags >= 2, at
}

func (t *trie) leaf(value *rlp.Item, at path) {
	var key [4]byte
	for i := 0; i < at.length; i++ {
		key[i/2] |= at.nibbles[i] << (4 - 4*(i%2))
	}
	index, rest, ok := rlp.Split(key[:at.length/2])
	if !ok || at.length%2 != 0 || len(rest) != 0 || !index.IsNumber(8) || value.IsList || len(value.Payload) == 0 {
		host.Fail("a leaf of a receipts trie does not decode")
	}
	t.leaves = append(t.leaves, leaf{index.Uint64(), value.Payload})
}
