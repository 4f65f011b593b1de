// Package rlp decodes Ethereum's recursive length prefix encoding, canonical forms only.
package rlp

// Item is one decoded item: the payload of a string, or the encoded items of a list.
type Item struct {
	Payload []byte
	IsList  bool
	// Encoded is the whole item with its prefix.
	Encoded []byte
}

// Split takes the first item off data.
func Split(data []byte) (item Item, rest []byte, ok bool) {
	if len(data) == 0 {
		return Item{}, nil, false
	}
	prefix := data[0]
	if prefix < 0x80 {
		return Item{Payload: data[:1], Encoded: data[:1]}, data[1:], true
	}
	isList := prefix >= 0xc0
	short := prefix & 0x7f
	if isList {
		short = prefix & 0x3f
	}
	start, size := 1, int(short)
	if short > 55 {
		width := int(short) - 55
		if width > 3 || len(data) < 1+width || data[1] == 0 {
			return Item{}, nil, false // longer than any preimage, cut off, or with a leading zero
		}
		start, size = 1+width, 0
		for _, b := range data[1:start] {
			size = size<<8 | int(b)
		}
		if size <= 55 {
			return Item{}, nil, false
		}
	}
	if size > len(data)-start {
		return Item{}, nil, false
	}
	end := start + size
	if !isList && size == 1 && data[1] < 0x80 {
		return Item{}, nil, false
	}
	return Item{Payload: data[start:end], IsList: isList, Encoded: data[:end]}, data[end:], true
}

// List decodes data as exactly one list and appends its items to into.
func List(data []byte, into []Item) ([]Item, bool) {
	list, rest, ok := Split(data)
	if !ok || !list.IsList || len(rest) != 0 {
		return nil, false
	}
	return Items(list.Payload, into)
}

// Items appends the items of a list's payload to into.
func Items(payload []byte, into []Item) ([]Item, bool) {
	for len(payload) > 0 {
		item, rest, ok := Split(payload)
		if !ok {
			return nil, false
		}
		into = append(into, item)
		payload = rest
	}
	return into, true
}

// IsBytes says whether the item is a string of exactly size bytes.
func (item *Item) IsBytes(size int) bool {
	return !item.IsList && len(item.Payload) == size
}

// IsNumber says whether the item is a number of at most size bytes, without leading zeros.
func (item *Item) IsNumber(size int) bool {
	return !item.IsList && len(item.Payload) <= size && (len(item.Payload) == 0 || item.Payload[0] != 0)
}

// Uint64 is the value of an item for which IsNumber(8) holds.
func (item *Item) Uint64() (value uint64) {
	for _, b := range item.Payload {
		value = value<<8 | uint64(b)
	}
	return value
}

// The deepest nesting of lists that IsCanonical accepts.
const maxDepth = 64

// IsCanonical says whether an item is canonical in its whole depth; Split looks at its outermost prefix alone.
func (item *Item) IsCanonical() bool {
	return !item.IsList || canonical(item.Payload, 1)
}

func canonical(payload []byte, depth int) bool {
	if depth > maxDepth {
		return false
	}
	for len(payload) > 0 {
		item, rest, ok := Split(payload)
		if !ok || (item.IsList && !canonical(item.Payload, depth+1)) {
			return false
		}
		payload = rest
	}
	return true
}
