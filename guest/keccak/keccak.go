// Package keccak is Keccak-256 with the padding that Ethereum uses.
package keccak

import "math/bits"

const rate = 136

var roundConstants = [24]uint64{
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
	0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
	0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
	0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
	0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
	0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
}

// Sum returns the hash of data.
func Sum(data []byte) (hash [32]byte) {
	var state [25]uint64
	for len(data) >= rate {
		absorb(&state, data[:rate])
		data = data[rate:]
	}
	var last [rate]byte
	copy(last[:], data)
	last[len(data)] = 0x01
	last[rate-1] |= 0x80
	absorb(&state, last[:])
	for i := 0; i < 4; i++ {
		lane := state[i]
		for j := 0; j < 8; j++ {
			hash[8*i+j] = byte(lane)
			lane >>= 8
		}
	}
	return hash
}

// absorb mixes one block of 136 bytes into the state.
func absorb(state *[25]uint64, block []byte) {
	for i := 0; i < rate/8; i++ {
		b := block[8*i : 8*i+8 : 8*i+8]
		low := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		high := uint32(b[4]) | uint32(b[5])<<8 | uint32(b[6])<<16 | uint32(b[7])<<24
		state[i] ^= uint64(high)<<32 | uint64(low)
	}
	permute(state)
}

// permute is Keccak-f[1600]. All indices are constants, so that no bound is checked.
func permute(a *[25]uint64) {
	var b [25]uint64
	for _, constant := range &roundConstants {
		c0 := a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20]
		c1 := a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21]
		c2 := a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22]
		c3 := a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23]
		c4 := a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24]
		d0 := c4 ^ bits.RotateLeft64(c1, 1)
		d1 := c0 ^ bits.RotateLeft64(c2, 1)
		d2 := c1 ^ bits.RotateLeft64(c3, 1)
		d3 := c2 ^ bits.RotateLeft64(c4, 1)
		d4 := c3 ^ bits.RotateLeft64(c0, 1)

		b[0] = a[0] ^ d0
		b[10] = bits.RotateLeft64(a[1]^d1, 1)
		b[20] = bits.RotateLeft64(a[2]^d2, 62)
		b[5] = bits.RotateLeft64(a[3]^d3, 28)
		b[15] = bits.RotateLeft64(a[4]^d4, 27)
		b[16] = bits.RotateLeft64(a[5]^d0, 36)
		b[1] = bits.RotateLeft64(a[6]^d1, 44)
		b[11] = bits.RotateLeft64(a[7]^d2, 6)
		b[21] = bits.RotateLeft64(a[8]^d3, 55)
		b[6] = bits.RotateLeft64(a[9]^d4, 20)
		b[7] = bits.RotateLeft64(a[10]^d0, 3)
		b[17] = bits.RotateLeft64(a[11]^d1, 10)
		b[2] = bits.RotateLeft64(a[12]^d2, 43)
		b[12] = bits.RotateLeft64(a[13]^d3, 25)
		b[22] = bits.RotateLeft64(a[14]^d4, 39)
		b[23] = bits.RotateLeft64(a[15]^d0, 41)
		b[8] = bits.RotateLeft64(a[16]^d1, 45)
		b[18] = bits.RotateLeft64(a[17]^d2, 15)
		b[3] = bits.RotateLeft64(a[18]^d3, 21)
		b[13] = bits.RotateLeft64(a[19]^d4, 8)
		b[14] = bits.RotateLeft64(a[20]^d0, 18)
		b[24] = bits.RotateLeft64(a[21]^d1, 2)
		b[9] = bits.RotateLeft64(a[22]^d2, 61)
		b[19] = bits.RotateLeft64(a[23]^d3, 56)
		b[4] = bits.RotateLeft64(a[24]^d4, 14)

		a[0] = b[0] ^ (^b[1] & b[2]) ^ constant
		a[1] = b[1] ^ (^b[2] & b[3])
		a[2] = b[2] ^ (^b[3] & b[4])
		a[3] = b[3] ^ (^b[4] & b[0])
		a[4] = b[4] ^ (^b[0] & b[1])
		a[5] = b[5] ^ (^b[6] & b[7])
		a[6] = b[6] ^ (^b[7] & b[8])
		a[7] = b[7] ^ (^b[8] & b[9])
		a[8] = b[8] ^ (^b[9] & b[5])
		a[9] = b[9] ^ (^b[5] & b[6])
		a[10] = b[10] ^ (^b[11] & b[12])
		a[11] = b[11] ^ (^b[12] & b[13])
		a[12] = b[12] ^ (^b[13] & b[14])
		a[13] = b[13] ^ (^b[14] & b[10])
		a[14] = b[14] ^ (^b[10] & b[11])
		a[15] = b[15] ^ (^b[16] & b[17])
		a[16] = b[16] ^ (^b[17] & b[18])
		a[17] = b[17] ^ (^b[18] & b[19])
		a[18] = b[18] ^ (^b[19] & b[15])
		a[19] = b[19] ^ (^b[15] & b[16])
		a[20] = b[20] ^ (^b[21] & b[22])
		a[21] = b[21] ^ (^b[22] & b[23])
		a[22] = b[22] ^ (^b[23] & b[24])
		a[23] = b[23] ^ (^b[24] & b[20])
		a[24] = b[24] ^ (^b[20] & b[21])
	}
}
