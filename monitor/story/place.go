package story

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"trucewatch/internal/news"
)

// thresholds are the log-odds a pair must exceed to speak for one development, by scope.
// A wrong merge hides news and a split only repeats it, so they stand above even odds.
var thresholds = [scopes]float64{0.5, 0.55, 4.7}

// placeMargin is what an item must exceed the thresholds by to join online, by scope:
// before a cut Cluster sees all items at once and repairs a split, but what an alert told
// merged stays merged. Between languages the threshold is steep enough.
var placeMargin = [scopes]float64{0.6, 0.4, 0}

const (
	membersCompared = 12  // of one candidate, the newest
	pairsCompared   = 600 // in one placing: what a flood of candidates may cost
)

// Place decides which development an item belongs to. Of the candidates of its topic it
// joins the one it is most like, on half the best and half the mean likeness to its
// members, if that speaks for one development; else it opens a new one, which follows an
// earlier development when it tells the next step of it. Candidates may come in any order.
func Place(p news.Prepared, topic string, cands []news.StoryCandidate) news.Placement {
	place := news.Placement{Topic: topic}
	var item sketch
	if err := item.decode(p.Sketch); err != nil {
		place.Why = "a development of its own: nothing to compare it by"
		return place
	}
	at := news.Time(p.Work.Item.Published, p.Work.Item.Seen)
	d := desks.Get().(*desk)
	defer desks.Put(d)
	nodes := append(d.nodes[:0], node{&item, at, -1})
	owner := d.owner[:0] // of nodes[1:]
	defer func() { d.nodes, d.owner = nodes, owner }()
	cands = slices.Clone(cands)
	slices.SortFunc(cands, func(a, b news.StoryCandidate) int { return cmp.Compare(b.Story, a.Story) })
	for c, cand := range cands {
		if cand.Topic != topic {
			continue
		}
		members := slices.Clone(cand.Members)
		slices.SortFunc(members, func(a, b news.Member) int {
			return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(a.Item, b.Item))
		})
		taken := 0
		for _, m := range members {
			if taken == membersCompared || len(nodes) > pairsCompared {
				break
			}
			if m.Item == p.Work.Item.ID && m.Item != 0 || at.Sub(m.Published).Abs() > Window {
				continue
			}
			s := d.sketch(len(owner))
			if s.decode(m.Sketch) != nil {
				continue
			}
			nodes = append(nodes, node{s, m.Published, -1})
			owner = append(owner, c)
			taken++
		}
	}
	if len(owner) == 0 {
		place.Why = "a development of its own: nothing like it in the last five days"
		return place
	}
	// One crowd for all, that of the item's days: candidates lie within five days of it.
	taken := make([]int, len(cands))
	for _, c := range owner {
		taken[c]++
	}
	near := d.near.empty(16 * len(nodes))
	for i, n := range nodes {
		by := float32(1)
		if i > 0 {
			by /= float32(taken[owner[i-1]])
		}
		if d := dayOf(n.published) - dayOf(at); -crowdDays <= d && d <= crowdDays {
			near.add(n.sketch, by)
		}
	}
	around := crowdOf(near)
	for _, n := range nodes { // decoded above, so ours to weigh
		n.sketch.weigh(n.sketch.terms, around)
	}
	type likeness struct {
		n        int
		sum, max float64
		best     vector
		scope    scope
	}
	tallies := make([]likeness, len(cands))
	var f vector
	for i, c := range owner {
		m := nodes[i+1]
		compare(&item, m.sketch, at.Sub(m.published), &f)
		s := scopeOf(&item, m.sketch)
		z := trained.score(s, &f) - thresholds[s] - crowdCost[s]*item.crowd - placeMargin[s]
		t := &tallies[c]
		if t.n == 0 || z > t.max {
			t.max, t.best, t.scope = z, f, s
		}
		t.n++
		t.sum += z
	}
	best, value := -1, 0.0
	for c, t := range tallies {
		if t.n == 0 {
			continue
		}
		if v := t.max/2 + t.sum/float64(t.n)/2; best < 0 || v > value {
			best, value = c, v
		}
	}
	t := tallies[best]
	why := reasons(trained, t.scope, &t.best)
	if value >= 0 {
		place.Story, place.Score = cands[best].Story, value
		place.Why = fmt.Sprintf("joins development %d, score %+.1f: %s", place.Story, value, why)
		return place
	}
	place.Score = value
	place.Why = fmt.Sprintf("a development of its own: nearest was %d, score %+.1f: %s", cands[best].Story, value, why)
	next := []node{nodes[0]}
	nearest, step := math.Inf(-1), stepOf(next)
	for c, cand := range cands {
		var before []node
		for i, o := range owner {
			if o == c {
				before = append(before, nodes[i+1])
			}
		}
		if z, ok := trained.follows(next, before, step, stepOf(before)); ok && z > nearest {
			place.Follows, nearest = cand.Story, z
		}
	}
	if place.Follows != 0 {
		place.Why += fmt.Sprintf("; the next step of %d", place.Follows)
	}
	return place
}

// reasons names the three features that spoke loudest, for and against.
func reasons(m *Model, s scope, f *vector) string {
	type part struct {
		name string
		v    float64
	}
	var parts []part
	for i, w := range m.w[s] {
		if v := w * f[i]; i != fBias && (v > .2 || v < -.2) {
			parts = append(parts, part{featureNames[i], v})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(max(b.v, -b.v), max(a.v, -a.v)) })
	var words []string
	for _, p := range parts[:min(4, len(parts))] {
		words = append(words, fmt.Sprintf("%s %+.1f", p.name, p.v))
	}
	if len(words) == 0 {
		return "nothing in common"
	}
	return strings.Join(words, ", ")
}
