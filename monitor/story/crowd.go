package story

import (
	"math"
	"time"
)

// In the week of a summit its place and people stand in every headline and tell nothing
// apart. So before items are compared, the weight a term has in the background is mixed
// with the weight it has among the items of the same days. A crowd is one of
// developments: an event told by thirty papers would else make its own words common, and
// its reports would be the last to be found alike.

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
// the crowd of each node's own days. What a node counts for in a crowd is one over the
// reports of its development, where that is known; nil counts each for one.
func crowded(nodes []node, counts []float32) []*sketch {
	days := map[int]*tally{}
	for i, n := range nodes {
		d := dayOf(n.published)
		if days[d] == nil {
			days[d] = newTally(len(n.sketch.terms))
		}
		by := float32(1)
		if counts != nil {
			by = counts[i]
		}
		days[d].add(n.sketch, by)
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

// shareOf is what each node counts for in a crowd: groups are the nodes by development.
func shareOf(groups [][]int, nodes int) []float32 {
	counts := make([]float32, nodes)
	for _, g := range groups {
		for _, i := range g {
			counts[i] = 1 / float32(len(g))
		}
	}
	return counts
}

// crowdSteps is how finely it is told in how much of a crowd a term stands.
const crowdSteps = 8

// crowd is what the developments of some days share. It is not for several goroutines.
type crowd struct {
	near       []*tally
	total      float64
	share, top float64
	kept       []float64 // what keeps has said, by step; 0: not asked yet
}

func crowdOf(near ...*tally) *crowd {
	c := &crowd{near: near}
	for _, t := range near {
		c.total += float64(t.total)
	}
	c.share = c.total / (c.total + crowdHalf)
	c.top = max(math.Log((c.total+1)/1.5), 1.0/16)
	c.kept = make([]float64, int(math.Ceil(c.total*crowdSteps))+2)
	return c
}

// keeps is the share of its weight that a term keeps which is in so many of the crowd's
// developments, in steps. A crowd may lower a weight, never raise it: of a few hundred items
// it knows what is common, not how rare the rest is.
func (c *crowd) keeps(step int) float64 {
	if c.kept[step] == 0 { // most steps are never asked for
		c.kept[step] = 1 - c.share + c.share*min(1, math.Log((c.total+1)/(float64(step)/crowdSteps+.5))/c.top)
	}
	return c.kept[step]
}

// size is how large a crowd is as the threshold knows it: see sketch.crowd.
func (c *crowd) size() float64 { return math.Log(min(max(c.total, crowdLeast), crowdMost) / 100) }

// weigh sets the sketch's terms to base, weighed anew by its crowd.
func (s *sketch) weigh(base []term, c *crowd) {
	s.crowd = c.size()
	for i, t := range base {
		var df float32
		for _, n := range c.near {
			df += n.count(t.id)
		}
		t.weight = weighed(t.weight, c.keeps(int(df*crowdSteps+.5)))
		s.terms[i] = t
	}
	s.totals()
}

// weighed is the weight of a term of which a crowd leaves a share.
func weighed(weight uint8, keeps float64) uint8 {
	return uint8(min(max(float64(weight)*keeps+.5, 1), 127))
}

// tally counts in how many developments each term stands: an open-addressed table, because
// placing one item counts thousands of terms and a map would cost most of it.
type tally struct {
	total float32
	slots []slot
	n     []float32 // by the number of a term; 0 is that of none
}

// slot is a term's place in a tally. Id 0 is free: no term has it in practice, and one that
// had would go uncounted.
type slot struct{ id, number uint32 }

func newTally(terms int) *tally { return new(tally).empty(terms) }

// empty makes t what newTally returns, in the memory t has.
func (t *tally) empty(terms int) *tally {
	size := 64
	for size < 2*terms {
		size *= 2
	}
	n := append(t.n[:0], 0)
	if size > cap(t.slots) {
		*t = tally{slots: make([]slot, size), n: n}
		return t
	}
	*t = tally{slots: t.slots[:size], n: n}
	clear(t.slots)
	return t
}

// at is where a term stands, or would.
func (t *tally) at(id uint32) *slot {
	mask := uint32(len(t.slots) - 1)
	i := id * 2654435769 >> 8 & mask
	for t.slots[i].id != 0 && t.slots[i].id != id {
		i = (i + 1) & mask
	}
	return &t.slots[i]
}

func (t *tally) count(id uint32) float32 { return t.n[t.at(id).number] }

// number is the number of a term, from now on if it had none.
func (t *tally) number(id uint32) uint32 {
	if id == 0 {
		return 0
	}
	at := t.at(id)
	if at.id == 0 {
		if 2*len(t.n) > len(t.slots) {
			t.grow()
			at = t.at(id)
		}
		*at = slot{id, uint32(len(t.n))}
		t.n = append(t.n, 0)
	}
	return at.number
}

// add counts a report for as much as by says.
func (t *tally) add(s *sketch, by float32) {
	t.total += by
	for _, x := range s.terms {
		if n := t.number(x.id); n != 0 {
			t.n[n] += by
		}
	}
}

func (t *tally) grow() {
	slots := t.slots
	t.slots = make([]slot, 2*len(slots))
	for _, s := range slots {
		if s.id != 0 {
			*t.at(s.id) = s
		}
	}
}
