package story

import (
	"cmp"
	"slices"
)

// pairLeast is the weight, in sixteenths, two concepts must have together to be a key:
// "Russia and Ukraine" finds everything.
const pairLeast = 60

// keys gives what a development with this item is found by: its rarest words, and pairs
// of its rarest concepts, which no language changes.
func (s *sketch) keys() []uint64 {
	var memory [2][maxTerms]term
	words, concepts := memory[0][:0], memory[1][:0]
	for _, t := range s.terms {
		switch c := classOf(t.id); {
		case c == classWord:
			words = append(words, t)
		case c == className:
		default:
			concepts = append(concepts, t)
		}
	}
	rank := func(a, b term) int {
		return cmp.Or(-cmp.Compare(min(a.fields&inTitle, 1), min(b.fields&inTitle, 1)), -cmp.Compare(a.weight, b.weight), cmp.Compare(a.id, b.id))
	}
	slices.SortFunc(words, rank)
	slices.SortFunc(concepts, rank)
	var found [maxKeys]uint64
	keys := found[:0]
	add := func(k uint64) {
		if len(keys) < maxKeys && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, t := range words[:min(6, len(words))] {
		add(mix(uint64(t.id), 0))
	}
	concepts = concepts[:min(5, len(concepts))]
	for i, a := range concepts {
		for _, b := range concepts[i+1:] {
			if int(a.weight)+int(b.weight) >= pairLeast {
				add(mix(uint64(min(a.id, b.id)), uint64(max(a.id, b.id))))
			}
		}
	}
	return append([]uint64(nil), keys...) // of just the size they need, for they stay
}

// mix spreads two ids over 64 bits.
func mix(a, b uint64) uint64 {
	x := a*0x9e3779b97f4a7c15 ^ b*0xc2b2ae3d27d4eb4f
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return x ^ x>>32
}
