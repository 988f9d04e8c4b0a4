package tag

import (
	"fmt"
	"strings"
)

// Features are named "FIELD.CLASS": t (title) or l (lede) or b (body) when the
// class stands in that field, tp and lp when it stands there in one sentence
// with a party or its ground; and x.NAME for the numbers below.

// compiledModel is a logistic model over features.
type compiledModel struct {
	facet, value    string
	rule            string
	bias, threshold float64
	features        []modelWeight
}

type modelWeight struct {
	kind   featureKind
	field  int32
	class  int // or the index of a number
	weight float64
	name   string
}

type featureKind uint8

const (
	fIn featureKind = iota
	fWith
	fNumber
)

// numberNames are the x features, in the order facts holds them.
var numberNames = []string{
	"hand", "title", "lede", "body", "minus",
	"title_sides0", "title_sides1", "title_sides2", "lede_sides0", "lede_sides2", "any_sides0", "any_sides2",
	"title_only", "other_unanswered",
	"both", "one", "third", "official",
}

// facts are the x features of one text.
type facts [18]float64

var featurePrefixes = map[string]modelWeight{
	"t": {kind: fIn, field: inTitle}, "l": {kind: fIn, field: inLede}, "b": {kind: fIn, field: inBody},
	"tp": {kind: fWith, field: inTitle}, "lp": {kind: fWith, field: inLede},
}

func (t *topic) compileModel(m *model, pack string, find func(*Pack, int, string, string) (int, bool), possible map[string]bool, q *Pack) (compiledModel, error) {
	cm := compiledModel{facet: m.facet, value: m.value, rule: pack + "/model." + m.facet + "." + m.value, bias: m.bias, threshold: m.threshold}
	for _, w := range m.weights {
		prefix, name, ok := strings.Cut(w.name, ".")
		if !ok {
			return cm, fmt.Errorf("model %s %s: feature %q: write FIELD.CLASS", m.facet, m.value, w.name)
		}
		mw, known := featurePrefixes[prefix]
		switch {
		case known:
			// A base's models serve every topic: one that lacks a class never shows it.
			if q.Topic == "" && !possible[name] {
				continue
			}
			if mw.class, ok = find(q, w.line, "model "+m.facet+" "+m.value, name); !ok {
				continue
			}
		case prefix == "x":
			mw.kind, mw.class = fNumber, -1
			for i, n := range numberNames {
				if n == name {
					mw.class = i
				}
			}
			if mw.class < 0 {
				return cm, fmt.Errorf("model %s %s: no number is called %q", m.facet, m.value, name)
			}
		default:
			return cm, fmt.Errorf("model %s %s: feature %q begins with neither t, l, b, tp, lp nor x", m.facet, m.value, w.name)
		}
		mw.weight, mw.name = w.value, w.name
		cm.features = append(cm.features, mw)
	}
	return cm, nil
}

// value is what a feature is worth in a text, 0 when absent.
func (v *view) value(f *modelWeight, x *facts) float64 {
	switch f.kind {
	case fIn:
		if v.in[f.field].has(f.class) {
			return 1
		}
	case fWith:
		if v.with[f.field].has(f.class) {
			return 1
		}
	case fNumber:
		return x[f.class]
	}
	return 0
}

// probability of a model, and the feature that counted most for it.
func (v *view) probability(m *compiledModel, x *facts) (p float64, top *modelWeight) {
	sum, best := m.bias, 0.0
	for i := range m.features {
		f := &m.features[i]
		c := f.weight * v.value(f, x)
		sum += c
		if c > best && f.kind != fNumber {
			best, top = c, f
		}
	}
	return logistic(sum), top
}

// facts computes the x features.
func (v *view) facts(g grade, who commitment, official bool) facts {
	var x facts
	clip := func(f, lo, hi float64) float64 { return max(lo, min(hi, f)) }
	bit := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	count := func(m uint32) int {
		n := 0
		for ; m != 0; m &= m - 1 {
			n++
		}
		return n
	}
	title, lede := count(v.sides[inTitle]), count(v.sides[inLede])
	all := count(v.sides[inTitle] | v.sides[inLede])
	other := v.in[inTitle].has(v.t.roles.other) || v.in[inLede].has(v.t.roles.other)
	for i, f := range []float64{
		clip(g.score, -4, 8) / 2, clip(g.title, 0, 5) / 2, clip(g.lede, 0, 5) / 2, clip(g.body, 0, 5) / 2, clip(g.minus, 0, 6) / 2,
		bit(title == 0), bit(title == 1), bit(title >= 2), bit(lede == 0), bit(lede >= 2), bit(all == 0), bit(all >= 2),
		bit(v.s.fields[inLede] == ""), bit(other && all == 0),
		bit(who.value == "both"), bit(who.side != ""), bit(who.value == "third"), bit(official),
	} {
		x[i] = f
	}
	return x
}

// Feature is something a model may weigh.
type Feature struct {
	Name  string
	Value float64
}

// Features lists every feature of a text for a topic, for training models; nil
// when the text shows no act of talks at all, or no such topic is compiled.
func (r *Rules) Features(in Input, topic string) []Feature {
	s, v := new(scan), new(view)
	base, _, _ := strings.Cut(strings.ToLower(in.Lang), "-")
	r.m.read(s, in.Title, in.Lede, in.Body, r.langs[base])
	for _, t := range r.topics {
		if t.id != topic {
			continue
		}
		t.look(v, s)
		g := v.grade()
		if g.title == 0 && g.lede == 0 && g.body == 0 {
			return nil
		}
		var out []Feature
		x := v.facts(g, v.committed(), in.Official)
		for i, n := range numberNames {
			if x[i] != 0 {
				out = append(out, Feature{"x." + n, x[i]})
			}
		}
		for _, p := range []string{"t", "l", "b", "tp", "lp"} {
			f := featurePrefixes[p]
			for c, n := range t.names {
				if strings.Contains(n, "actor:") || strings.Contains(n, "place:") || p == "b" && !t.weigh.all.has(c) {
					continue
				}
				if f.class = c; v.value(&f, &x) != 0 {
					out = append(out, Feature{p + "." + n, 1})
				}
			}
		}
		return out
	}
	return nil
}
