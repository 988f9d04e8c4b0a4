package story

import "slices"

// shared is where a term stands that two items share: in the terms of either.
type shared struct{ a, b uint8 }

// sharedTerms adds the terms that two items share, in the order of ids.
func sharedTerms(a, b []term, both []shared) []shared {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch x, y := a[i].id, b[j].id; {
		case x < y:
			i++
		case x > y:
			j++
		default:
			both = append(both, shared{uint8(i), uint8(j)})
			i, j = i+1, j+1
		}
	}
	return both
}

// index finds what an item of a clustering shares with all later ones at once: going
// through the terms of two items side by side was two thirds of comparing them, and
// most pairs share few.
type index struct {
	terms      [][]int32  // of each node: the numbers of its terms
	free, told [][]bearer // by a term's number: the nodes that have it
}

// bearer is where a node has a term.
type bearer struct {
	node int32
	at   uint8
}

func indexOf(nodes []node) *index {
	var ids []uint32
	for _, n := range nodes {
		for _, t := range n.sketch.terms {
			ids = append(ids, t.id)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	x := &index{make([][]int32, len(nodes)), make([][]bearer, len(ids)), make([][]bearer, len(ids))}
	for i, n := range nodes {
		x.terms[i] = make([]int32, len(n.sketch.terms))
		bearers := x.free
		if n.fixed >= 0 {
			bearers = x.told
		}
		for at, t := range n.sketch.terms {
			number, _ := slices.BinarySearch(ids, t.id)
			x.terms[i][at] = int32(number)
			bearers[number] = append(bearers[number], bearer{int32(i), uint8(at)})
		}
	}
	return x
}

// walk goes through an index, from one node to a later one.
type walk struct {
	free, told [][]bearer // those of the index that are still to come
	terms      [][]int32
	both       [][]shared // by node: what the last one asked for shares with it
}

func (x *index) walk() *walk {
	return &walk{slices.Clone(x.free), slices.Clone(x.told), x.terms, make([][]shared, len(x.terms))}
}

// next is asked for one node after the other, each later than the one before, and
// returns for each of those after it, up to the one before end, what the two share, in
// the order of ids. Two told ones are never compared: what they share it leaves out.
func (x *walk) next(i, end int, n node) [][]shared {
	for j := i + 1; j < end; j++ {
		x.both[j] = x.both[j][:0]
	}
	add := func(bearers [][]bearer, number int32, at int) {
		still := bearers[number]
		for len(still) > 0 && int(still[0].node) <= i {
			still = still[1:]
		}
		bearers[number] = still
		for _, b := range still {
			if int(b.node) >= end {
				break
			}
			x.both[b.node] = append(x.both[b.node], shared{uint8(at), b.at})
		}
	}
	for at, number := range x.terms[i] {
		add(x.free, number, at)
		if n.fixed < 0 {
			add(x.told, number, at)
		}
	}
	return x.both
}
