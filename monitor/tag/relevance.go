package tag

import (
	"fmt"
	"math"
	"slices"
)

// weigher turns classes into the hand score of relevance: per sentence the
// strongest act and a share of the others, times how much of the conflict is
// named beside it; title, lede and the best of the body weighed apart.
type weigher struct {
	acts, adds, minus, titleMinus []classWeight
	veto                          []classWeight
	all                           classSet // classes of acts and adds
	numbers                       numbers
}

type classWeight struct {
	class int
	value float64
}

// numbers are the constants of the hand score, as packs name them.
type numbers struct {
	title, lede, body, bodyCap, titleAlone float64 // weight of each field
	both, one, third, none, context        float64 // actor factors
	others                                 float64 // share of acts beside the strongest
	spared                                 float64 // share of a minus when a party is named and an act stands with it
	main, mention                          float64 // thresholds of the hand score when no model decides
	steep                                  float64 // of its logistic
}

var defaultNumbers = numbers{
	title: 1.3, lede: 0.7, body: 0.25, bodyCap: 1.5, titleAlone: 1.9,
	both: 1, one: 0.87, third: 0.35, none: 0.2, context: 0.75,
	others: 0.3, spared: 0.5, main: 2.4, mention: 1.2, steep: 2,
}

func (n *numbers) byName() map[string]*float64 {
	return map[string]*float64{
		"title": &n.title, "lede": &n.lede, "body": &n.body, "body_cap": &n.bodyCap, "title_alone": &n.titleAlone,
		"both": &n.both, "one": &n.one, "third": &n.third, "none": &n.none, "context": &n.context,
		"others": &n.others, "spared": &n.spared, "main": &n.main, "mention": &n.mention, "steep": &n.steep,
	}
}

func (w *weigher) any(s *classSet) bool {
	for i := range s {
		if s[i]&w.all[i] != 0 {
			return true
		}
	}
	return false
}

func (t *topic) compileRelevance(q *Pack, find func(*Pack, int, string, string) (int, bool)) []Problem {
	var problems []Problem
	w := &t.weigh
	if w.numbers == (numbers{}) {
		w.numbers = defaultNumbers
	}
	read := func(ws []weight, into *[]classWeight, act bool) {
		for _, x := range ws {
			c, ok := find(q, x.line, "relevance", x.name)
			if !ok {
				continue
			}
			replaced := false
			for i := range *into {
				if (*into)[i].class == c {
					(*into)[i].value, replaced = x.value, true
				}
			}
			if !replaced {
				*into = append(*into, classWeight{c, x.value})
			}
			if act {
				w.all.add(c)
			}
		}
	}
	read(q.relevance.acts, &w.acts, true)
	read(q.relevance.adds, &w.adds, false)
	read(q.relevance.minus, &w.minus, false)
	read(q.relevance.titleMinus, &w.titleMinus, false)
	read(q.relevance.veto, &w.veto, false)
	known := w.numbers.byName()
	for _, x := range q.relevance.numbers {
		if p := known[x.name]; p != nil {
			*p = x.value
		} else {
			problems = append(problems, Problem{q.file, x.line, fmt.Sprintf("relevance.numbers: unknown %q", x.name)})
		}
	}
	return problems
}

// grade is the hand score with its parts.
type grade struct {
	title, lede, body, minus, score float64
}

// grade scores a text. spots get their acts and factor on the way.
func (v *view) grade() grade {
	w := &v.t.weigh
	n := &w.numbers
	var g grade
	context := v.sides[inTitle]|v.sides[inLede] != 0
	both := uint32(1)<<len(v.t.sides) - 1
	for i := range v.spots {
		sp := &v.spots[i]
		if w.any(&sp.set) {
			top, rest := 0.0, 0.0
			for _, a := range w.acts {
				if sp.set.has(a.class) {
					if a.value > top {
						top, rest = a.value, rest+top
					} else {
						rest += a.value
					}
				}
			}
			sp.acts = top + n.others*rest
			for _, a := range w.adds {
				if sp.set.has(a.class) {
					sp.acts += a.value
				}
			}
		}
		switch {
		case sp.sides == both:
			sp.factor = n.both
		case sp.sides != 0:
			sp.factor = n.one
		case context:
			sp.factor = n.context
		case sp.set.has(v.t.roles.third):
			sp.factor = n.third
		default:
			sp.factor = n.none
		}
		x := sp.acts * sp.factor
		switch sp.field {
		case inTitle:
			g.title = max(g.title, x)
		case inLede:
			g.lede = max(g.lede, x)
		default:
			g.body = max(g.body, x)
		}
	}
	spared := 1.0
	for i := range v.spots {
		if sp := &v.spots[i]; sp.field != inBody && sp.sides != 0 && sp.acts >= 2 {
			spared = n.spared
		}
	}
	for _, m := range w.minus {
		if v.in[inTitle].has(m.class) || v.in[inLede].has(m.class) {
			g.minus += m.value * spared
		}
	}
	for _, m := range w.titleMinus {
		if v.in[inTitle].has(m.class) {
			g.minus += m.value * spared
		}
	}
	if len(v.s.fields[inLede]) == 0 && len(v.s.fields[inBody]) == 0 {
		g.score = n.titleAlone * g.title
	} else {
		g.score = n.title*g.title + n.lede*g.lede + min(n.bodyCap, n.body*g.body)
	}
	g.score -= g.minus
	return g
}

// vetoed tells a text that is about somebody else's talks: "main" is out of the
// question unless title and lede name every party. A veto stands in the title, or its
// parts do in title and lede together: "Moscow backs a new round of peace talks", and the
// lede says that they are Syria's.
func (v *view) vetoed() bool {
	if v.sides[inTitle]|v.sides[inLede] == uint32(1)<<len(v.t.sides)-1 {
		return false
	}
	for _, c := range v.t.weigh.veto {
		if v.in[inTitle].has(c.class) {
			return true
		}
		for i := range v.t.rules {
			if r := &v.t.rules[i]; r.id == c.class && v.partsOf(r) {
				return true
			}
		}
	}
	return !v.namesTopic()
}

// partsOf is whether title and lede together show all that a rule asks for, and nothing
// that it must not have.
func (v *view) partsOf(r *compiledRule) bool {
	has := func(c int) bool { return v.in[inTitle].has(c) || v.in[inLede].has(c) }
	for _, row := range r.all {
		if !slices.ContainsFunc(row, has) {
			return false
		}
	}
	return !slices.ContainsFunc(r.none, has)
}

// namesTopic reports whether a text names anything of the topic's conflict, or anybody
// who mediates: words of truce and talks alone are anybody's.
func (v *view) namesTopic() bool {
	r := &v.t.roles
	for f := range v.in {
		if v.sides[f] != 0 || v.in[f].has(r.third) || v.in[f].has(r.war) || v.in[f].has(r.venue) {
			return true
		}
		for _, g := range r.ground {
			if v.in[f].has(g) {
				return true
			}
		}
	}
	return false
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
