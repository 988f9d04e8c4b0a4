package tag

import (
	"math/bits"
	"slices"
)

// wordTrie finds which word patterns a word satisfies while its letters go by.
// A node's children lie side by side in the order of their letters, so one bit
// per letter and a count of the lower bits lead to the child.
type wordTrie struct {
	nodes []wordNode
	outs  []int32 // atoms, referred to by ranges
}

type wordNode struct {
	mask  [2]uint64
	child int32 // of the lowest letter
	fail  int32 // longest proper suffix that is a node (for matches inside words)
	open  span  // atoms satisfied as soon as the node is reached
	whole span  // atoms satisfied when the word ends here
}

type span struct{ from, to int32 }

// step is the child for a letter code, or -1.
func (t *wordTrie) step(n int32, c uint8) int32 {
	nd := &t.nodes[n]
	if c < 64 {
		bit := uint64(1) << c
		if nd.mask[0]&bit == 0 {
			return -1
		}
		return nd.child + int32(bits.OnesCount64(nd.mask[0]&(bit-1)))
	}
	bit := uint64(1) << (c - 64)
	if nd.mask[1]&bit == 0 {
		return -1
	}
	return nd.child + int32(bits.OnesCount64(nd.mask[0])+bits.OnesCount64(nd.mask[1]&(bit-1)))
}

// trieWord is one word pattern on its way into a trie.
type trieWord struct {
	codes []uint8
	atom  int32
	open  bool
}

// buildTrie lays the words out breadth first; withFail adds the suffix links
// of Aho and Corasick (1975) and inherits outputs along them.
func buildTrie(words []trieWord, withFail bool) *wordTrie {
	type temp struct {
		kid, next   int32 // first child, next sibling by letter; 0: none
		letter      uint8
		open, whole []int32
	}
	nodes := make([]temp, 1, 4*len(words)+1)
	for _, w := range words {
		n := int32(0)
		for _, c := range w.codes {
			before, k := int32(-1), nodes[n].kid
			for k != 0 && nodes[k].letter < c {
				before, k = k, nodes[k].next
			}
			if k == 0 || nodes[k].letter != c {
				nodes = append(nodes, temp{next: k, letter: c})
				k = int32(len(nodes) - 1)
				if before < 0 {
					nodes[n].kid = k
				} else {
					nodes[before].next = k
				}
			}
			n = k
		}
		if w.open {
			nodes[n].open = append(nodes[n].open, w.atom)
		} else {
			nodes[n].whole = append(nodes[n].whole, w.atom)
		}
	}
	t := &wordTrie{nodes: make([]wordNode, len(nodes))}
	order := make([]int32, 1, len(nodes))
	letters := make([]uint8, len(nodes)) // letter leading to order[i]
	parent := make([]int32, len(nodes))
	for i := 0; i < len(order); i++ {
		out := &t.nodes[i]
		out.child = int32(len(order))
		for k := nodes[order[i]].kid; k != 0; k = nodes[k].next {
			c := nodes[k].letter
			out.mask[c>>6] |= 1 << (c & 63)
			letters[len(order)], parent[len(order)] = c, int32(i)
			order = append(order, k)
		}
		if withFail && i > 0 && parent[i] != 0 {
			f := t.nodes[parent[i]].fail
			for {
				if s := t.step(f, letters[i]); s >= 0 {
					out.fail = s
					break
				}
				if f == 0 {
					break
				}
				f = t.nodes[f].fail
			}
		}
	}
	for i, o := range order {
		open, whole := nodes[o].open, nodes[o].whole
		if withFail && i > 0 { // breadth first: the shorter suffix is already complete
			f := t.nodes[i].fail
			open = append(slices.Clone(open), t.outs[t.nodes[f].open.from:t.nodes[f].open.to]...)
			whole = append(slices.Clone(whole), t.outs[t.nodes[f].whole.from:t.nodes[f].whole.to]...)
		}
		t.nodes[i].open = t.put(open)
		t.nodes[i].whole = t.put(whole)
	}
	t.outs = slices.Clip(t.outs)
	return t
}

func (t *wordTrie) put(atoms []int32) span {
	s := span{int32(len(t.outs)), int32(len(t.outs) + len(atoms))}
	t.outs = append(t.outs, atoms...)
	return s
}

// infixStep follows a letter with suffix links.
func (t *wordTrie) infixStep(n int32, c uint8) int32 {
	for {
		if s := t.step(n, c); s >= 0 {
			return s
		}
		if n == 0 {
			return 0
		}
		n = t.nodes[n].fail
	}
}
