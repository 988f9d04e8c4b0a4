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
	free, told [][]bearer // by a term's number: the nodes still to come that have it
	both       [][]shared // by node: what the last one asked for shares with it
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
	x := &index{make([][]int32, len(nodes)), make([][]bearer, len(ids)), make([][]bearer, len(ids)), make([][]shared, len(nodes))}
	for i, n := range nodes {
		x.terms[i] = make([]int32, len(n.sketch.terms))
		bearers := x.bearers(n)
		for at, t := range n.sketch.terms {
			number, _ := slices.BinarySearch(ids, t.id)
			x.terms[i][at] = int32(number)
			bearers[number] = append(bearers[number], bearer{int32(i), uint8(at)})
		}
	}
	return x
}

func (x *index) bearers(n node) [][]bearer {
	if n.fixed >= 0 {
		return x.told
	}
	return x.free
}

// next is asked for one node after the other, from the first, and returns for each of
// those after it, up to the one before end, what the two share, in the order of ids. Two
// told ones are never compared: what they share it leaves out.
func (x *index) next(i, end int, n node) [][]shared {
	for j := i + 1; j < end; j++ {
		x.both[j] = x.both[j][:0]
	}
	add := func(bearers []bearer, at int) {
		for _, b := range bearers {
			if int(b.node) >= end {
				break
			}
			x.both[b.node] = append(x.both[b.node], shared{uint8(at), b.at})
		}
	}
	own := x.bearers(n)
	for at, number := range x.terms[i] {
		own[number] = own[number][1:] // the node itself
		add(x.free[number], at)
		if n.fixed < 0 {
			add(x.told[number], at)
		}
	}
	return x.both
}
