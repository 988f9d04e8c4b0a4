package story

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// What an index finds is what going through the terms of two items finds, for every pair
// but two told ones, whatever terms and windows they have.
func TestIndexFindsWhatTwoItemsShare(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		nodes := make([]node, 1+rng.IntN(40))
		for i := range nodes {
			s := &sketch{}
			for id := range uint32(60) {
				if rng.IntN(4) == 0 {
					s.terms = append(s.terms, term{id: id * id, fields: inMain, weight: 1})
				}
			}
			nodes[i] = node{sketch: s, fixed: rng.IntN(3) - 1}
		}
		x, found := indexOf(nodes), 0
		walks := []*walk{x.walk(), x.walk(), x.walk()} // side by side, each over some of the nodes
		for i, n := range nodes {
			x := walks[rng.IntN(len(walks))]
			end := i + 1 + rng.IntN(len(nodes)-i)
			both := x.next(i, end, n)
			for j := i + 1; j < end; j++ {
				if n.fixed >= 0 && nodes[j].fixed >= 0 {
					continue
				}
				want := sharedTerms(n.sketch.terms, nodes[j].sketch.terms, nil)
				if !slices.Equal(both[j], want) {
					t.Fatalf("nodes %d and %d of %d: got %v, want %v", i, j, len(nodes), both[j], want)
				}
				found += len(want)
			}
		}
		if len(nodes) > 20 && found == 0 {
			t.Errorf("%d nodes share nothing: the test proves nothing", len(nodes))
		}
	}
}

// What a marked item shares with another is what going through their terms finds, with as
// many terms as there may be and with ids that fall on one slot.
func TestMarkedFindsWhatTwoItemsShare(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	draw := func() (ts []term) {
		for i := range uint32(2 * maxTerms) {
			if rng.IntN(2) == 0 && len(ts) < maxTerms {
				ts = append(ts, term{id: i << 24 >> (i % 3 * 8), fields: inMain, weight: 1})
			}
		}
		slices.SortFunc(ts, func(a, b term) int { return cmp.Compare(a.id, b.id) })
		return slices.Compact(ts)
	}
	var m marked
	for range 200 {
		a, b := draw(), draw()
		m.mark(a)
		got, want := m.shared(b, nil), sharedTerms(a, b, nil)
		if !slices.Equal(got, want) || len(want) == 0 {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
