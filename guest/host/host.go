// Package host is the guest's only door to the world: hints, preimages, a line of output, an exit code.
//
// It uses bare system calls. The VM hands out at most one word a call, so what a call costs decides the length of the trace;
// os.File would spend several hundred instructions on each.
package host

import (
	"syscall"
	"unsafe"
)

// File descriptors of the preimage protocol, seen from the guest.
const (
	stdout       = 1
	hintRead     = 3
	hintWrite    = 4
	preimageRead = 5
	preimageKey  = 6
)

// Exit codes: the claim holds, it does not hold, the data cannot belong to any chain.
const (
	Valid      = 0
	Invalid    = 1
	Impossible = 2
)

// Types of preimage keys (first byte).
const (
	localKey  = 1
	keccakKey = 2
	sha256Key = 4
)

// The largest preimage taken from the host. No node, header or receipt of an L1 block comes near it.
const maxPreimage = 64 << 20

// Local returns the game's local value n, which must have the given size.
func Local(n byte, size int) []byte {
	var key [32]byte
	key[0], key[31] = localKey, n
	value := preimage(&key, nil)
	if len(value) != size {
		Fail("a local value has the wrong length")
	}
	return value
}

// Keccak returns the bytes whose Keccak-256 is hash. The bytes are put into buffer if they fit.
func Keccak(hash *[32]byte, buffer []byte) []byte {
	key := *hash
	key[0] = keccakKey
	return preimage(&key, buffer)
}

// Sha256 returns the bytes whose SHA-256 is hash.
func Sha256(hash *[32]byte) []byte {
	key := *hash
	key[0] = sha256Key
	return preimage(&key, nil)
}

// Hint tells the host what will be asked next: a name and a hash, as "name 0x..".
func Hint(name string, hash *[32]byte) {
	const digits = "0123456789abcdef"
	size := len(name) + 3 + 2*len(hash)
	text := make([]byte, 0, 4+size)
	text = append(text, byte(size>>24), byte(size>>16), byte(size>>8), byte(size))
	text = append(text, name...)
	text = append(text, " 0x"...)
	for _, b := range hash {
		text = append(text, digits[b>>4], digits[b&15])
	}
	writeAll(hintWrite, text)
	var answer [1]byte
	readAll(hintRead, answer[:])
}

// Print writes a line to standard output.
func Print(parts ...string) {
	var text []byte
	for _, part := range parts {
		text = append(text, part...)
	}
	writeAll(stdout, append(text, '\n'))
}

// Exit ends the program.
func Exit(code int) {
	syscall.Exit(code)
}

// Fail ends the program because its data is impossible.
func Fail(reason string) {
	Print("impossible data: ", reason)
	Exit(Impossible)
}

func preimage(key *[32]byte, buffer []byte) []byte {
	writeAll(preimageKey, key[:])
	var size [8]byte
	readAll(preimageRead, size[:])
	n := uint32(size[4])<<24 | uint32(size[5])<<16 | uint32(size[6])<<8 | uint32(size[7])
	if size[0]|size[1]|size[2]|size[3] != 0 || n > maxPreimage {
		Fail("a preimage is too long")
	}
	if int(n) > cap(buffer) {
		buffer = make([]byte, n)
	}
	buffer = buffer[:n]
	readAll(preimageRead, buffer)
	return buffer
}

func readAll(fd uintptr, bytes []byte) {
	for len(bytes) > 0 {
		n, _, e := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(&bytes[0])), uintptr(len(bytes)))
		bytes = bytes[moved(n, e, len(bytes)):]
	}
}

func writeAll(fd uintptr, bytes []byte) {
	for len(bytes) > 0 {
		n, _, e := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(&bytes[0])), uintptr(len(bytes)))
		bytes = bytes[moved(n, e, len(bytes)):]
	}
}

// moved is how many bytes a call moved. An interrupted call, which only a real kernel knows, is made again.
func moved(n uintptr, e syscall.Errno, wanted int) int {
	switch {
	case e == syscall.EINTR:
		return 0
	case e != 0 || n == 0 || n > uintptr(wanted):
		// Not Fail: it would print, and the descriptor that fails may be the one it prints to.
		Exit(Impossible)
	}
	return int(n)
}
