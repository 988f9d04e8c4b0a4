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
		kids        map[uint8]int
		open, whole []int32
	}
	nodes := []*temp{{kids: map[uint8]int{}}}
	for _, w := range words {
		n := 0
		for _, c := range w.codes {
			k, ok := nodes[n].kids[c]
			if !ok {
				k = len(nodes)
				nodes = append(nodes, &temp{kids: map[uint8]int{}})
				nodes[n].kids[c] = k
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
	order, place := []int{0}, make([]int32, len(nodes))
	letters := make([]uint8, len(nodes)) // letter leading to order[i]
	parent := make([]int32, len(nodes))
	for i := 0; i < len(order); i++ {
		nd := nodes[order[i]]
		keys := make([]uint8, 0, len(nd.kids))
		for c := range nd.kids {
			keys = append(keys, c)
		}
		slices.Sort(keys)
		out := &t.nodes[i]
		out.child = int32(len(order))
		for _, c := range keys {
			out.mask[c>>6] |= 1 << (c & 63)
			k := nd.kids[c]
			place[k] = int32(len(order))
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
