package tag

import (
	"math/bits"
	"slices"
)

// wordTrie finds which word patterns a word satisfies while its letters go by.
// A node's children lie side by side in the order of their letters, so one bit
// per letter and a count of the lower bits lead to the child.
type wordTrie struct {
	nodes  []wordNode
	outs   []int32              // atoms, each node's side by side
	inside [][letterCodes]int32 // node and letter → node of the longest suffix: for matches inside words
}

// wordNode is 32 bytes, so that none lies across two lines of the processor's cache.
type wordNode struct {
	mask   [2]uint64
	child  int32  // of the lowest letter
	outs   int32  // where its atoms begin: those of open, then those of whole
	opens  uint16 // how many are satisfied as soon as the node is reached
	wholes uint16 // how many when the word ends here
}

// open returns the atoms satisfied as soon as a node is reached.
func (t *wordTrie) open(n *wordNode) []int32 { return t.outs[n.outs:][:n.opens] }

// whole returns the atoms satisfied when a word ends at a node.
func (t *wordTrie) whole(n *wordNode) []int32 { return t.outs[n.outs+int32(n.opens):][:n.wholes] }

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

// buildTrie lays the words out breadth first; inside adds what follows a letter that
// is no child's, by the suffix links of Aho and Corasick (1975), and inherits outputs
// along them.
func buildTrie(words []trieWord, inside bool) *wordTrie {
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
	}
	suffix := make([]int32, len(nodes)) // the longest proper one that is a node
	if inside {
		t.inside = make([][letterCodes]int32, len(nodes))
	}
	for i, o := range order {
		open, whole := nodes[o].open, nodes[o].whole
		if inside { // breadth first: parent and suffix are already complete
			if i > 0 && parent[i] != 0 {
				suffix[i] = t.inside[suffix[parent[i]]][letters[i]]
			}
			t.inside[i] = t.inside[suffix[i]]
			for c := range letterCodes {
				if s := t.step(int32(i), uint8(c)); s >= 0 {
					t.inside[i][c] = s
				}
			}
			f := &t.nodes[suffix[i]]
			open = append(slices.Clone(open), t.open(f)...)
			whole = append(slices.Clone(whole), t.whole(f)...)
		}
		n := &t.nodes[i]
		n.outs, n.opens, n.wholes = int32(len(t.outs)), uint16(len(open)), uint16(len(whole))
		t.outs = append(append(t.outs, open...), whole...)
	}
	t.outs = slices.Clip(t.outs)
	return t
}
