package derive

import "guest/rlp"

// Fields of an L2 header, in order.
const (
	parentHash   = 0
	stateRoot    = 3
	number       = 8
	fewestFields = 16 // London
	mostFields   = 21 // Prague
)

// shapes of the fields: a size for bytes of exactly that size, minus a size for a number of at most that size, anyBytes.
const anyBytes = 1 << 20

var shapes = [mostFields]int{
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

// isHeader says whether the items are the fields of a block header of London or a later fork.
func isHeader(fields []rlp.Item) bool {
	if len(fields) < fewestFields || len(fields) > mostFields {
		return false
	}
	for i := range fields {
		field := &fields[i]
		switch shape := shapes[i]; {
		case shape == anyBytes:
			if field.IsList {
				return false
			}
		case shape < 0:
			if !field.IsNumber(-shape) {
				return false
			}
		default:
			if !field.IsBytes(shape) {
				return false
			}
		}
	}
	return true
}
