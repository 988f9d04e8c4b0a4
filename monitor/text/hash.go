package text

// The hashes below are part of the fingerprint's version 1: their constants
// never change, or stored fingerprints would stop matching.

const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

// mix spreads the bits of h (the finaliser of MurmurHash3, Appleby, public domain).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return h
}

// hashBytes is FNV-1a, mixed.
func hashBytes(b []byte) uint64 {
	h := uint64(fnvOffset)
	for _, c := range b {
		h = hashByte(h, c)
	}
	return mix(h)
}

// hashByte adds one byte to a hash that begins as fnvOffset and is mixed at last.
func hashByte(h uint64, c byte) uint64 { return (h ^ uint64(c)) * fnvPrime }

// chain adds one word's hash to that of the words before it.
func chain(h, word uint64) uint64 {
	return (h ^ word) * 0x9e3779b97f4a7c15
}
