package derive

import "guest/rlp"

// Fields of an L2 header, in order.
const (
	parentHash   = 0
	stateRoot    = 3
	number       = 8
	fewestFields = 15
)

// shapes of the fields that are known: a size for bytes of exactly that size, minus a size for a number of at most that size.
var shapes = [...]int{
	32,       // parent hash
	32,       // ommers hash
	20,       // beneficiary
	32,       // state root
	32,       // transactions root
	32,       // receipts root
	256,      // logs bloom
	-32,      // difficulty
	-8,       // number
	-8,       // gas limit
	-8,       // gas used
	-8,       // time
	anyBytes, // extra data
	32,       // mix hash
	8,        // nonce
	-32,      // base fee
	32,       // withdrawals root
	-8,       // blob gas used
	-8,       // excess blob gas
	32,       // parent beacon block root
	32,       // requests hash
}

const anyBytes = 1 << 20

// isHeader says whether the items are the fields of a block header. Those after the last that is known, which forks to come may
// add, must be canonical and are not looked at.
func isHeader(fields []rlp.Item) bool {
	if len(fields) < fewestFields {
		return false
	}
	for i := range fields {
		field := &fields[i]
		ok := false
		switch {
		case i >= len(shapes):
			ok = field.IsCanonical()
		case shapes[i] == anyBytes:
			ok = !field.IsList
		case shapes[i] < 0:
			ok = field.IsNumber(-shapes[i])
		default:
			ok = field.IsBytes(shapes[i])
		}
		if !ok {
			return false
		}
	}
	return true
}
