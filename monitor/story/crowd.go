package story

import (
	"math"
	"time"
)

// In the week of a summit its place and people stand in every headline and tell nothing
// apart. So before items are compared, the weight a term has in the background is mixed
// with the weight it has among the items of the same days.

// crowdDays is how many days before and after an item its crowd reaches.
const crowdDays = 2

// crowdHalf is the size of a crowd that counts as much as the background.
const crowdHalf = 40.0

// crowdCost, by scope, is what a crowd e times as large adds to the threshold: the more items the days
// hold, the fewer of their pairs belong together.
var crowdCost = [scopes]float64{0.5, 0.5, 2}

// A few items are no quiet crowd but too few to know one by, and past a few hundred more of
// them are more papers, not more events.
const crowdLeast, crowdMost = 25, 200

func dayOf(t time.Time) int { return int(t.Unix() / 86400) }

// crowded returns copies of the nodes' sketches, their terms weighed by background and by
// the crowd of each node's own days.
func crowded(nodes []node) []*sketch {
	days := map[int]*tally{}
	for _, n := range nodes {
		d := dayOf(n.published)
		if days[d] == nil {
			days[d] = newTally(len(n.sketch.terms))
		}
		days[d].add(n.sketch)
	}
	crowds := map[int]*crowd{}
	out := make([]*sketch, len(nodes))
	for i, n := range nodes {
		d := dayOf(n.published)
		c := crowds[d]
		if c == nil {
			var near []*tally
			for k := d - crowdDays; k <= d+crowdDays; k++ {
				if t := days[k]; t != nil {
					near = append(near, t)
				}
			}
			c = crowdOf(near...)
			crowds[d] = c
		}
		s := *n.sketch
		s.terms = make([]term, len(n.sketch.terms))
		s.weigh(n.sketch.terms, c)
		out[i] = &s
	}
	return out
}

// crowd is what the items of some days share.
type crowd struct {
	near  []*tally
	total int
	kept  []float64 // by how many of its items a term is in: the share of its weight it keeps
}

func crowdOf(near ...*tally) *crowd {
	c := &crowd{near: near}
	for _, t := range near {
		c.total += t.items
	}
	// A crowd may lower a weight, never raise it: of a few hundred items it knows what is
	// common, not how rare the rest is.
	share := float64(c.total) / (float64(c.total) + crowdHalf)
	top := max(math.Log(float64(c.total+1)/1.5), 1.0/16)
	c.kept = make([]float64, c.total+1)
	for df := range c.kept {
		c.kept[df] = 1 - share + share*min(1, math.Log(float64(c.total+1)/(float64(df)+.5))/top)
	}
	return c
}

// weigh sets the sketch's terms to base, weighed anew by its crowd.
func (s *sketch) weigh(base []term, c *crowd) {
	s.crowd = math.Log(float64(min(max(c.total, crowdLeast), crowdMost)) / 100)
	for i, t := range base {
		df := 0
		for _, n := range c.near {
			df += n.count(t.id)
		}
		t.weight = uint8(min(max(float64(t.weight)*c.kept[df]+.5, 1), 127))
		s.terms[i] = t
	}
	s.totals()
}

// tally counts in how many items each term stands: an open-addressed table, because placing
// one item counts thousands of terms and a map would cost most of it.
type tally struct {
	items int
	used  int
	ids   []uint32 // 0 is free: no term has id 0 in practice, and one that had would go uncounted
	n     []uint16
}

func newTally(terms int) *tally {
	size := 64
	for size < 2*terms {
		size *= 2
	}
	return &tally{ids: make([]uint32, size), n: make([]uint16, size)}
}

func (t *tally) at(id uint32) int {
	mask := len(t.ids) - 1
	i := int(id*2654435769>>8) & mask
	for t.ids[i] != 0 && t.ids[i] != id {
		i = (i + 1) & mask
	}
	return i
}

func (t *tally) count(id uint32) int { return int(t.n[t.at(id)]) }

func (t *tally) add(s *sketch) {
	t.items++
	for _, x := range s.terms {
		if x.id == 0 {
			continue
		}
		i := t.at(x.id)
		if t.ids[i] == 0 {
			if t.used++; 2*t.used > len(t.ids) {
				t.grow()
				i = t.at(x.id)
			}
			t.ids[i] = x.id
		}
		if t.n[i] < math.MaxUint16 {
			t.n[i]++
		}
	}
}

func (t *tally) grow() {
	ids, n := t.ids, t.n
	t.ids, t.n = make([]uint32, 2*len(ids)), make([]uint16, 2*len(ids))
	for i, id := range ids {
		if id != 0 {
			j := t.at(id)
			t.ids[j], t.n[j] = id, n[i]
		}
	}
}
