package story

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Document is an item of a training or background set.
type Document struct {
	ID, Title, Lede, Lang string
	Published             time.Time
	Story                 string // the development two readers put it in
	Period                string // what is left out together
}

// fit learns a logistic regression by Newton's method with a ridge towards the prior on
// everything but the intercepts. Every group of rows (a period) has its own intercept, because how many pairs
// of a period belong together says nothing of the next; it returns them with the weights.
func fit(x []vector, y []bool, weight []float64, group []int, groups int, ridge, prior vector, use func(int) bool) (vector, []float64) {
	var idx []int
	for f := range features {
		if f != fBias && use(f) {
			idx = append(idx, f)
		}
	}
	k := len(idx)
	d := k + groups
	w := make([]float64, d)
	row := make([]float64, d)
	for range 40 {
		grad := make([]float64, d)
		hess := make([][]float64, d)
		for i := range hess {
			hess[i] = make([]float64, d)
		}
		for n := range x {
			clear(row)
			for i, f := range idx {
				row[i] = x[n][f]
			}
			row[k+group[n]] = 1
			z := 0.0
			for i, v := range row {
				z += w[i] * v
			}
			p := 1 / (1 + math.Exp(-z))
			t := 0.0
			if y[n] {
				t = 1
			}
			g, h := weight[n]*(t-p), weight[n]*p*(1-p)
			for i, v := range row {
				if v == 0 {
					continue
				}
				grad[i] += g * v
				for j := i; j < d; j++ {
					hess[i][j] += h * v * row[j]
				}
			}
		}
		for i := range d {
			r, to := 1e-3, 0.0
			if i < k {
				r, to = ridge[idx[i]], prior[idx[i]]
			}
			grad[i] -= r * (w[i] - to)
			hess[i][i] += r
			for j := range i {
				hess[i][j] = hess[j][i]
			}
		}
		step := solve(hess, grad)
		big := 0.0
		for i := range w {
			w[i] += min(max(step[i], -3), 3)
			big = max(big, math.Abs(step[i]))
		}
		if big < 1e-4 {
			break
		}
	}
	var out vector
	for i, f := range idx {
		out[f] = w[i]
	}
	return out, w[k:]
}

// solve solves a·x = b for a symmetric positive definite a, by Gaussian elimination.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		p := i
		for r := i + 1; r < n; r++ {
			if math.Abs(a[r][i]) > math.Abs(a[p][i]) {
				p = r
			}
		}
		a[i], a[p], b[i], b[p] = a[p], a[i], b[p], b[i]
		for r := i + 1; r < n; r++ {
			m := a[r][i] / a[i][i]
			for c := i; c < n; c++ {
				a[r][c] -= m * a[i][c]
			}
			b[r] -= m * b[i]
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		s := b[i]
		for c := i + 1; c < n; c++ {
			s -= a[i][c] * x[c]
		}
		x[i] = s / a[i][i]
	}
	return x
}

// Pairs holds what can be learnt from labelled documents.
type Pairs struct {
	docs     []Document
	full     []*sketch // with text, weighed by the background alone
	bare     []*sketch // titles alone, likewise
	labelled [scopes][]labelled
	mixed    map[string]bool // periods told in several languages
}

type labelled struct {
	v      vector
	same   bool
	period string
}

// PairsOf compares every two documents of a period within the window.
func PairsOf(docs []Document) *Pairs {
	p := &Pairs{docs: docs, mixed: map[string]bool{}}
	lang := map[string]string{}
	for _, d := range docs {
		if l, ok := lang[d.Period]; ok && l != d.Lang {
			p.mixed[d.Period] = true
		}
		lang[d.Period] = d.Lang
		p.full = append(p.full, sketchOf(d.Title, d.Lede, "", d.Lang))
		p.bare = append(p.bare, sketchOf(d.Title, "", "", d.Lang))
	}
	full, bare := p.crowded(p.full), p.crowded(p.bare)
	for i, a := range docs {
		for j := i + 1; j < len(docs); j++ {
			b := docs[j]
			apart := a.Published.Sub(b.Published)
			if a.Period != b.Period || apart.Abs() > Window {
				continue
			}
			l := labelled{same: a.Story == b.Story, period: a.Period}
			compare(bare[i], bare[j], apart, &l.v)
			if a.Lang == b.Lang {
				p.labelled[scopeTitles] = append(p.labelled[scopeTitles], l)
			}
			s := scopeOf(full[i], full[j])
			if s == scopeTitles {
				p.labelled[scopeTongues] = append(p.labelled[scopeTongues], l)
				continue
			}
			compare(full[i], full[j], apart, &l.v)
			p.labelled[s] = append(p.labelled[s], l)
			if s == scopeTexts && !p.mixed[a.Period] {
				p.labelled[scopeTongues] = append(p.labelled[scopeTongues], l)
			}
		}
	}
	return p
}

// crowded weighs the sketches of each period by its crowd, in which every development the
// readers found counts for one.
func (p *Pairs) crowded(ss []*sketch) []*sketch {
	out := make([]*sketch, len(ss))
	by := map[string][]int{}
	for i, d := range p.docs {
		by[d.Period] = append(by[d.Period], i)
	}
	for _, ids := range by {
		var nodes []node
		stories := map[string][]int{}
		for k, i := range ids {
			nodes = append(nodes, node{ss[i], p.docs[i].Published, -1})
			stories[p.docs[i].Story] = append(stories[p.docs[i].Story], k)
		}
		var groups [][]int
		for _, g := range stories {
			groups = append(groups, g)
		}
		for k, s := range crowded(nodes, shareOf(groups, len(nodes))) {
			out[ids[k]] = s
		}
	}
	return out
}

// neutral are the features no language changes.
func neutral(f int) bool {
	switch f {
	case fContextOnly, fCoverNear, fMainCover, fAnyCover, fAnyCoverNear, fTitleCover, fLedeSame, fLedeRarest, fTold, fFirstCos, fLedeName, fTitleCos, fTitleContain, fMainCos, fRarest, fAnyCos, fAnyContain, fAnyRarest, fGrams, fSameDayContain:
		return false
	}
	return true
}

// priors are the weights the ridge draws to: what is known of pages that gather or judge
// events, and of what is told as having led to one, of which a few periods show too little to learn it.
var priors = vector{fExplainer: -2, fBothExplain: -2, fLivePage: -1.5, fLean: -.4, fRoundup: -.7, fReversed: -6, fFailure: -3.5, fDenial: -3.5, fContextOnly: -1, fSaysElse: -1, fArrangedApart: -3,
	fVetoNumbers: -.2, fVetoNegation: -.5, fVetoPolarity: -.8, fVetoActors: -.2, fVetoOccasion: -.2}

// signs are what a feature may say: 1 for one development only, -1 against only, 0 either.
// A weight of the other sign is an accident of the periods learnt on: the feature is left out.
var signs = func() (s [features]float64) {
	for f := range features {
		s[f] = 1
	}
	for _, f := range []int{fDays, fFirstDiffers, fSidesDiffer, fSpeakerDiffers, fActMainApart, fMechApart, fPlaceApart, fNumberApart, fLive, fExplainer, fBothExplain, fRoundup, fFailure, fLivePage, fLean, fReversed,
		fVetoNumbers, fVetoNegation, fVetoPolarity, fVetoActors, fVetoOccasion, fDenial, fContextOnly, fFirstAbsent, fOneSpeaks, fSaysElse, fArrangedApart} {
		s[f] = -1
	}
	s[fShort] = 0
	return s
}()

// Options are what Learn can be asked to do otherwise.
type Options struct {
	LeaveOut string // a period, or "" to learn from all
	Ridge    float64
	Without  []string // features not to use
}

// textsRidge is how much more strongly the weights that texts have in common with titles
// are drawn to those of titles.
const textsRidge = 2.5

// likeTitles are the features that only texts have, and the feature of titles that says
// the same: its weight is what theirs are drawn to, as strongly as a title's to its prior.
var likeTitles = map[int]int{fAnyCos: fTitleCos, fAnyContain: fTitleContain, fAnyRarest: fRarest, fAnyCover: fTitleCover, fAnyCoverNear: fCoverNear,
	fTold: fTitleContain, fFirstCos: fMainCos, fLedeSame: fMainCos, fLedeName: fName}

// usedBy tells which features the weights of a scope are learnt for.
func usedBy(s scope, f int) bool {
	switch s {
	case scopeTongues:
		return neutral(f)
	case scopeTitles:
		switch f {
		case fHours, fAnyCos, fAnyContain, fAnyRarest, fAnyCover, fAnyCoverNear, fLedeSame, fLedeRarest, fTold, fFirstCos, fLedeName:
			return false
		}
	}
	return true
}

// Learn fits the three scopes' weights.
func (p *Pairs) Learn(o Options) *Model {
	without := map[string]bool{}
	for _, n := range o.Without {
		without[n] = true
	}
	m := &Model{}
	for s := range scopes {
		prior := priors
		var ridge vector
		for f := range ridge {
			ridge[f] = o.Ridge
		}
		if s == scopeTexts {
			prior = m.w[scopeTitles] // fewer periods have texts: they correct what titles taught
			for f := range ridge {
				if usedBy(scopeTitles, f) {
					ridge[f] *= textsRidge
				}
			}
			for f, title := range likeTitles {
				prior[f] = prior[title]
			}
		}
		var x []vector
		var y []bool
		var w []float64
		var g []int
		groups := map[string]int{}
		count := map[string]float64{}
		for _, l := range p.labelled[s] {
			count[l.period]++
		}
		for _, l := range p.labelled[s] {
			if l.period == o.LeaveOut {
				continue
			}
			if _, ok := groups[l.period]; !ok {
				groups[l.period] = len(groups)
			}
			g = append(g, groups[l.period])
			x, y, w = append(x, l.v), append(y, l.same), append(w, 2000*math.Pow(count[l.period]/5000, .5)/count[l.period])
			if s == scopeTitles && p.mixed[l.period] {
				w[len(w)-1] *= .25
			}
		}
		var bias []float64
		for against := map[int]bool{}; ; { // features that would say what they can't mean
			m.w[s], bias = fit(x, y, w, g, len(groups), ridge, prior, func(f int) bool {
				return !without[featureNames[f]] && !against[f] && usedBy(s, f)
			})
			n := len(against)
			for f, v := range m.w[s] {
				if f != fBias && v*signs[f] < 0 {
					against[f] = true
				}
			}
			if len(against) == n {
				break
			}
		}
		var sum, n float64
		for period, i := range groups {
			if (s == scopeTongues) == p.mixed[period] {
				sum, n = sum+bias[i], n+1
			}
		}
		m.w[s][fBias] = sum / max(n, 1)
	}
	return m
}

// Figures are the measures of a clustering against the readers'.
type Figures struct {
	Items, Pairs int
	BP, BR, BF   float64 // B-cubed
	P, R, F      float64 // pairwise
	TP, FP, FN   int
}

// Group clusters the documents of one period and returns the number of each one's cluster.
func (p *Pairs) Group(m *Model, period string, bare bool, threshold [3]float64) (ids []int, cluster []int) {
	var nodes []node
	for i, d := range p.docs {
		if d.Period == period {
			ids = append(ids, i)
		}
	}
	slices.SortStableFunc(ids, func(a, b int) int { return p.docs[a].Published.Compare(p.docs[b].Published) })
	for _, i := range ids {
		d := p.docs[i]
		s := p.full[i]
		if bare {
			s = p.bare[i]
		}
		nodes = append(nodes, node{s, d.Published, -1})
	}
	cluster = make([]int, len(nodes))
	_, groups := m.develop(nodes, threshold)
	for c, g := range groups {
		for _, i := range g {
			cluster[i] = c
		}
	}
	return ids, cluster
}

// Measure scores a clustering of the documents ids.
func (p *Pairs) Measure(ids, cluster []int) Figures {
	n := len(ids)
	g := Figures{Items: n}
	for i := range n {
		var same, gold, both float64
		for j := range n {
			a, b := cluster[i] == cluster[j], p.docs[ids[i]].Story == p.docs[ids[j]].Story
			if a {
				same++
			}
			if b {
				gold++
			}
			if a && b {
				both++
			}
			if j <= i {
				continue
			}
			switch {
			case a && b:
				g.TP++
			case a:
				g.FP++
			case b:
				g.FN++
			}
		}
		g.BP += both / same / float64(n)
		g.BR += both / gold / float64(n)
	}
	g.sum()
	return g
}

func (g *Figures) sum() {
	g.BF = ratio(2*g.BP*g.BR, g.BP+g.BR)
	g.P = ratio(float64(g.TP), float64(g.TP+g.FP))
	g.R = ratio(float64(g.TP), float64(g.TP+g.FN))
	g.F = ratio(2*g.P*g.R, g.P+g.R)
}

// Total sums the figures of several periods: pairs are pooled, B-cubed is weighed by items.
func Total(fs []Figures) Figures {
	var t Figures
	for _, f := range fs {
		t.Items += f.Items
	}
	for _, f := range fs {
		t.TP, t.FP, t.FN = t.TP+f.TP, t.FP+f.FP, t.FN+f.FN
		t.BP += f.BP * float64(f.Items) / float64(t.Items)
		t.BR += f.BR * float64(f.Items) / float64(t.Items)
	}
	t.sum()
	return t
}

// FeatureNames lists the features in their order.
func FeatureNames() []string { return featureNames[:] }

// Ranking is the average precision of the pair scores of the periods under prefix, each
// period scored by the model that was not learnt on it.
func (p *Pairs) Ranking(s int, prefix string, models map[string]*Model) float64 {
	type row struct {
		z    float64
		same bool
	}
	var rows []row
	total := 0
	for i := range p.labelled[s] {
		l := &p.labelled[s][i]
		if !strings.HasPrefix(l.period, prefix+"/") {
			continue
		}
		rows = append(rows, row{models[l.period].score(scope(s), &l.v), l.same})
		if l.same {
			total++
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.z, a.z) })
	ap, hits := 0.0, 0
	for i, r := range rows {
		if r.same {
			hits++
			ap += float64(hits) / float64(i+1)
		}
	}
	return ratio(ap, float64(total))
}

// ScopeNames lists the kinds of pairs that have weights of their own, in the order Ranking
// and thresholds count them.
func ScopeNames() []string { return scopeNames[:] }

// Thresholds are the log-odds Place and Cluster ask for, by scope.
func Thresholds() [3]float64 { return thresholds }

// HasText reports whether any document of the set has more than a title.
func (p *Pairs) HasText(set string) bool {
	return slices.ContainsFunc(p.docs, func(d Document) bool { return strings.HasPrefix(d.Period, set+"/") && d.Lede != "" })
}
