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
	pairsCompared   = 540 // in one placing: what a flood of candidates may cost, with terms that 16 bits number
)

// likeness is what is made of one candidate in a placing.
type likeness struct {
	story    news.StoryID
	from, to int // its reports among the nodes
	sum, max float64
	best     int // the node that max is of
}

func (l *likeness) value() float64 { return l.max/2 + l.sum/float64(l.to-l.from)/2 }

// Place decides which development an item belongs to. Of the candidates of its topic it
// joins the one it is most like, on half the best and half the mean likeness to its
// members, if that speaks for one development; else it opens a new one, which follows an
// earlier development when it tells the next step of it. Candidates and their members may
// come in any order; members that come newest first need not be sorted.
func Place(p news.Prepared, topic string, cands []news.StoryCandidate) news.Placement {
	place := news.Placement{Topic: topic}
	d := desks.Get().(*desk)
	defer desks.Put(d)
	item := d.sketch(0)
	if err := item.decode(p.Sketch); err != nil {
		place.Why = "a development of its own: nothing to compare it by"
		return place
	}
	at := news.Time(p.Work.Item.Published, p.Work.Item.Seen)
	nodes := append(d.nodes[:0], node{item, at, -1})
	likes := d.likes[:0]
	defer func() { d.nodes, d.likes = nodes, likes }()
	for _, c := range d.newest(cands) {
		if cands[c].Topic != topic {
			continue
		}
		members := cands[c].Members
		if !slices.IsSortedFunc(members, news.NewestFirst) {
			members = slices.Clone(members)
			slices.SortFunc(members, news.NewestFirst)
		}
		from := len(nodes)
		for _, m := range members {
			if len(nodes)-from == membersCompared || len(nodes) > pairsCompared {
				break
			}
			if m.Item == p.Work.Item.ID && m.Item != 0 || at.Sub(m.Published).Abs() > Window {
				continue
			}
			s := d.sketch(len(nodes))
			if s.decode(m.Sketch) != nil {
				continue
			}
			nodes = append(nodes, node{s, m.Published, -1})
		}
		if len(nodes) > from {
			likes = append(likes, likeness{story: cands[c].Story, from: from, to: len(nodes)})
		}
	}
	if len(likes) == 0 {
		place.Why = "a development of its own: nothing like it in the last five days"
		return place
	}
	// One crowd for all, that of the item's days: candidates lie within five days of it.
	d.near.empty(8 * len(nodes))
	d.count(item, 1)
	for _, l := range likes {
		for _, n := range nodes[l.from:l.to] {
			by := float32(0)
			if days := dayOf(n.published) - dayOf(at); -crowdDays <= days && days <= crowdDays {
				by = 1 / float32(l.to-l.from)
			}
			d.count(n.sketch, by)
		}
	}
	d.compareWith(item, crowdOf(&d.near))
	var f vector
	var room [maxTerms]shared
	best := &likes[0]
	for i := range likes {
		l := &likes[i]
		for n := l.from; n < l.to; n++ {
			m := nodes[n]
			compareBy(item, m.sketch, d.weigh(m.sketch, room[:0]), at.Sub(m.published), &f)
			s := scopeOf(item, m.sketch)
			z := trained.score(s, &f) - thresholds[s] - crowdCost[s]*item.crowd - placeMargin[s]
			if n == l.from || z > l.max {
				l.max, l.best = z, n
			}
			l.sum += z
		}
		if l.value() > best.value() {
			best = l
		}
	}
	m := nodes[best.best]
	compare(item, m.sketch, at.Sub(m.published), &f)
	why := reasons(trained, scopeOf(item, m.sketch), &f)
	place.Score = best.value()
	if place.Score >= 0 {
		place.Story = best.story
		place.Why = fmt.Sprintf("joins development %d, score %+.1f: %s", place.Story, place.Score, why)
		return place
	}
	place.Why = fmt.Sprintf("a development of its own: nearest was %d, score %+.1f: %s", best.story, place.Score, why)
	next := nodes[:1]
	nearest, step := math.Inf(-1), stepOf(next)
	for _, l := range likes {
		if before := nodes[l.from:l.to]; step > 1 { // the first step follows none
			if z, ok := trained.follows(next, before, step, stepOf(before)); ok && z > nearest {
				place.Follows, nearest = l.story, z
			}
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
