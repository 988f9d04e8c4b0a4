package story

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"trucewatch/internal/news"
)

// Spoken is what one feature of a comparison said.
type Spoken struct {
	Feature string  `json:"feature"`
	Says    float64 `json:"says"` // log-odds: above zero for one development
}

// Comparison is an item beside one report of a development.
type Comparison struct {
	Item    news.ItemID `json:"item"`
	Score   float64     `json:"score"`   // log-odds that both tell one development
	Needed  float64     `json:"needed"`  // what it has to reach to speak for that
	Weights string      `json:"weights"` // which weights: titles, texts or languages
	Spoke   []Spoken    `json:"spoke"`   // loudest first
}

// Fit says why an item belongs to a development or does not.
type Fit struct {
	Story    news.StoryID `json:"development"`
	Joins    bool         `json:"joins"`
	Score    float64      `json:"score"` // half the best and half the mean of the comparisons, less what is needed
	Compared []Comparison `json:"compared,omitempty"`
	Why      string       `json:"why"`
}

// FitOf compares an item with the reports of one development as Place does, and names
// what spoke, for and against. Alone with that development its crowd is smaller than when
// it was placed, so the score may differ from the one it was placed by.
func FitOf(p news.Prepared, c news.StoryCandidate) Fit {
	fit := Fit{Story: c.Story}
	at := news.Time(p.Work.Item.Published, p.Work.Item.Seen)
	item := &sketch{}
	if item.decode(p.Sketch) != nil {
		fit.Why = "nothing to compare it by: it is about no topic, or its sketch is of another version"
		return fit
	}
	nodes, ids := []node{{item, at, -1}}, []news.ItemID{0}
	far := 0
	for _, m := range c.Members {
		s := &sketch{}
		switch {
		case m.Item == p.Work.Item.ID && m.Item != 0:
		case at.Sub(m.Published).Abs() > Window:
			far++
		case s.decode(m.Sketch) == nil:
			nodes, ids = append(nodes, node{s, m.Published, -1}), append(ids, m.Item)
		}
	}
	if len(nodes) == 1 {
		fit.Why = "no other report of it can be compared"
		if far > 0 {
			fit.Why = fmt.Sprintf("all its reports are more than %d days from it", int(Window.Hours()/24))
		}
		return fit
	}
	reports := make([]int, len(nodes)-1)
	for i := range reports {
		reports[i] = i + 1
	}
	for i, s := range crowded(nodes, shareOf([][]int{{0}, reports}, len(nodes))) {
		nodes[i].sketch = s
	}
	item = nodes[0].sketch
	sum := 0.0
	for i, n := range nodes[1:] {
		var f vector
		compare(item, n.sketch, at.Sub(n.published), &f)
		s := scopeOf(item, n.sketch)
		x := Comparison{Item: ids[i+1], Score: trained.score(s, &f), Needed: thresholds[s] + crowdCost[s]*item.crowd + placeMargin[s], Weights: scopeNames[s]}
		for k, w := range trained.w[s] {
			if says := w * f[k]; k != fBias && says != 0 {
				x.Spoke = append(x.Spoke, Spoken{featureNames[k], says})
			}
		}
		slices.SortStableFunc(x.Spoke, func(a, b Spoken) int { return cmp.Compare(max(b.Says, -b.Says), max(a.Says, -a.Says)) })
		sum += x.Score - x.Needed
		fit.Compared = append(fit.Compared, x)
	}
	slices.SortStableFunc(fit.Compared, func(a, b Comparison) int { return cmp.Compare(b.Score-b.Needed, a.Score-a.Needed) })
	best := fit.Compared[0]
	fit.Score = (best.Score-best.Needed)/2 + sum/float64(len(fit.Compared))/2
	fit.Joins = fit.Score >= 0
	verdict := "stays out"
	if fit.Joins {
		verdict = "belongs to it"
	}
	fit.Why = fmt.Sprintf("%s (%+.1f): nearest is item %d, %+.1f where %+.1f is needed; for it %s; against it %s",
		verdict, fit.Score, best.Item, best.Score, best.Needed, loudest(best.Spoke, 1), loudest(best.Spoke, -1))
	return fit
}

// loudest names the features that spoke most of one sign.
func loudest(spoke []Spoken, sign float64) string {
	var words []string
	for _, s := range spoke {
		if s.Says*sign > .05 && len(words) < 4 {
			words = append(words, fmt.Sprintf("%s %+.1f", s.Feature, s.Says))
		}
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}
