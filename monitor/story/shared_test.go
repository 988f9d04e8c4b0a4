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

// What an item shares with a report of a placing is what going through their terms finds,
// and their weights are those that the crowd's own weighing gives them.
func TestAPlacingSharesAndWeighsAsACrowdDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	draw := func() *sketch {
		s := &sketch{}
		for i := range uint32(2 * maxTerms) {
			if rng.IntN(2) == 0 && len(s.terms) < maxTerms {
				s.terms = append(s.terms, term{id: i << 24 >> (i % 3 * 8), fields: inMain, weight: uint8(1 + rng.IntN(127))})
			}
		}
		slices.SortFunc(s.terms, func(a, b term) int { return cmp.Compare(a.id, b.id) })
		s.terms = slices.CompactFunc(s.terms, func(a, b term) bool { return a.id == b.id })
		return s
	}
	var d desk
	for range 50 {
		var reports []*sketch
		near, crowdNear := d.near.empty(8), newTally(8)
		for i := range 1 + rng.IntN(12) {
			s := draw()
			by := []float32{1, .5, 0}[rng.IntN(3)]
			if i == 0 {
				by = 1
			}
			d.count(s, by)
			if by != 0 {
				crowdNear.add(s, by)
			}
			reports = append(reports, s)
		}
		whole := crowdOf(crowdNear)
		var want []*sketch
		for _, s := range reports {
			c := *s
			c.terms = make([]term, len(s.terms))
			c.weigh(s.terms, whole)
			want = append(want, &c)
		}
		d.compareWith(reports[0], crowdOf(near))
		for i, s := range reports {
			if i > 0 {
				got, of := d.weigh(s, nil), sharedTerms(reports[0].terms, s.terms, nil)
				of = slices.DeleteFunc(of, func(x shared) bool { return s.terms[x.b].id == 0 })
				if !slices.Equal(got, of) || len(of) == 0 {
					t.Fatalf("report %d shares %v, want %v", i, got, of)
				}
			}
			if !slices.Equal(s.terms, want[i].terms) || s.sum != want[i].sum || s.sq != want[i].sq {
				t.Fatalf("report %d is weighed %v, want %v", i, s.terms, want[i].terms)
			}
		}
	}
}
