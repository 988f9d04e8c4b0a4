package tag

import "slices"

// phraseTrie finds rows of words. Its edges are atoms, one for each different
// word pattern; a word of the text may satisfy several atoms, and every pattern
// is followed from every word, so matches overlap freely.
type phraseTrie struct {
	first []int32 // atom → node after it, or -1
	nodes []phraseNode
}

type phraseNode struct {
	emits []int32 // patterns that end here
	edges []phraseEdge
}

type phraseEdge struct {
	atom int32
	gap  int32 // free words allowed before it
	to   int32
}

type phraseKey struct {
	node, atom, gap int32
}

// phraseBuilder adds patterns to a phrase trie.
type phraseBuilder struct {
	trie phraseTrie
	kids map[phraseKey]int32
}

func newPhraseBuilder() *phraseBuilder {
	return &phraseBuilder{trie: phraseTrie{nodes: []phraseNode{{}}}, kids: map[phraseKey]int32{}}
}

// add enters a pattern whose words' alternatives are given as atoms.
func (b *phraseBuilder) add(gaps []int, atoms [][]int32, id int32) {
	var walk func(node int32, i int)
	walk = func(node int32, i int) {
		if i == len(atoms) {
			if n := &b.trie.nodes[node]; !slices.Contains(n.emits, id) {
				n.emits = append(n.emits, id)
			}
			return
		}
		for _, a := range atoms[i] {
			k := phraseKey{node, a, int32(gaps[i])}
			to, ok := b.kids[k]
			if !ok {
				to = int32(len(b.trie.nodes))
				b.kids[k] = to
				b.trie.nodes = append(b.trie.nodes, phraseNode{})
				n := &b.trie.nodes[node]
				n.edges = append(n.edges, phraseEdge{a, k.gap, to})
			}
			walk(to, i+1)
		}
	}
	walk(0, 0)
}

// build finishes the trie for so many atoms.
func (b *phraseBuilder) build(atoms int) *phraseTrie {
	t := &b.trie
	t.first = make([]int32, atoms)
	for i := range t.first {
		t.first[i] = -1
	}
	for _, e := range t.nodes[0].edges {
		t.first[e.atom] = e.to
	}
	return t
}
