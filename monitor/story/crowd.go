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
var crowdCost = [scopes]float64{0.5, 0.5, 1.2}

func dayOf(t time.Time) int { return int(t.Unix() / 86400) }

// crowded returns copies of the nodes' sketches, their terms weighed by background and crowd.
func crowded(nodes []node) []*sketch {
	days := map[int]map[uint32]int{}
	count := map[int]int{}
	for _, n := range nodes {
		d := dayOf(n.published)
		if days[d] == nil {
			days[d] = map[uint32]int{}
		}
		count[d]++
		for _, t := range n.sketch.terms {
			days[d][t.id]++
		}
	}
	out := make([]*sketch, len(nodes))
	for i, n := range nodes {
		d := dayOf(n.published)
		total := 0
		for k := d - crowdDays; k <= d+crowdDays; k++ {
			total += count[k]
		}
		s := *n.sketch
		s.crowd = math.Log(float64(total) / 100)
		s.terms = make([]term, len(n.sketch.terms))
		share := float64(total) / (float64(total) + crowdHalf)
		for j, t := range n.sketch.terms {
			df := 0
			for k := d - crowdDays; k <= d+crowdDays; k++ {
				df += days[k][t.id]
			}
			local := 16 * math.Log(float64(total+1)/(float64(df)+.5))
			// As far as the crowd is large it may lower a weight, never raise it.
			w := float64(t.weight)
			// A crowd of 200 can't tell a rare word from a very rare one: only what is
			// common in it is known to be common.
			top := 16 * math.Log(float64(total+1)/1.5)
			scaled := w * min(1, local/max(top, 1))
			t.weight = uint8(min(max(math.Round((1-share)*w+share*scaled), 1), 127))
			s.terms[j] = t
		}
		s.sum, s.sq = [classes][2]float64{}, [classes][3]float64{}
		s.totals()
		out[i] = &s
	}
	return out
}
