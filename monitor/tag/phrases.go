package tag

import "slices"

// phraseTrie finds rows of words. Its edges are atoms, one for each different
// word pattern; a word of the text may satisfy several atoms, and every pattern
// is followed from every word, so matches overlap freely.
type phraseTrie struct {
	first []int32 // atom → node after it, or -1
	nodes []phraseNode
	emits []int32 // patterns, referred to by ranges
	edges []phraseEdge
}

type phraseNode struct {
	emits span // patterns that end here
	edges span
	may   uint64 // a bit for each atom of the edges: see token.may
	reach int32  // how many words on the edges look
}

type span struct{ from, to int32 }

type phraseEdge struct {
	atom int32
	gap  int32 // free words allowed before it
	to   int32
}

// atomBit is an atom's bit where many are looked for at once: others share it.
func atomBit(atom int32) uint64 { return 1 << (atom & 63) }

type phraseKey struct {
	node, atom, gap int32
}

// phraseBuilder adds patterns to a phrase trie.
type phraseBuilder struct {
	nodes []grownNode
	kids  map[phraseKey]int32
}

type grownNode struct {
	emits []int32
	edges []phraseEdge
}

func newPhraseBuilder() *phraseBuilder {
	return &phraseBuilder{nodes: make([]grownNode, 1), kids: map[phraseKey]int32{}}
}

// add enters a pattern whose words' alternatives are given as atoms.
func (b *phraseBuilder) add(gaps []int, atoms [][]int32, id int32) {
	var walk func(node int32, i int)
	walk = func(node int32, i int) {
		if i == len(atoms) {
			if n := &b.nodes[node]; !slices.Contains(n.emits, id) {
				n.emits = append(n.emits, id)
			}
			return
		}
		for _, a := range atoms[i] {
			k := phraseKey{node, a, int32(gaps[i])}
			to, ok := b.kids[k]
			if !ok {
				to = int32(len(b.nodes))
				b.kids[k] = to
				b.nodes = append(b.nodes, grownNode{})
				n := &b.nodes[node]
				n.edges = append(n.edges, phraseEdge{a, k.gap, to})
			}
			walk(to, i+1)
		}
	}
	walk(0, 0)
}

// build lays the trie for so many atoms out side by side: few large pieces of memory
// without pointers, which collecting garbage passes over.
func (b *phraseBuilder) build(atoms int) *phraseTrie {
	emits, edges := 0, 0
	for _, n := range b.nodes {
		emits, edges = emits+len(n.emits), edges+len(n.edges)
	}
	t := &phraseTrie{
		first: make([]int32, atoms), nodes: make([]phraseNode, len(b.nodes)),
		emits: make([]int32, 0, emits), edges: make([]phraseEdge, 0, edges),
	}
	for i, n := range b.nodes {
		at, from := int32(len(t.emits)), int32(len(t.edges))
		t.emits, t.edges = append(t.emits, n.emits...), append(t.edges, n.edges...)
		node := phraseNode{emits: span{at, int32(len(t.emits))}, edges: span{from, int32(len(t.edges))}}
		for _, e := range n.edges {
			node.may |= atomBit(e.atom)
			node.reach = max(node.reach, 1+e.gap)
		}
		t.nodes[i] = node
	}
	for i := range t.first {
		t.first[i] = -1
	}
	for _, e := range b.nodes[0].edges {
		t.first[e.atom] = e.to
	}
	return t
}
