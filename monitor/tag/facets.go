package tag

import (
	"slices"
	"strings"

	"trucewatch/internal/news"
)

// tagger collects the tags of one text for one topic.
type tagger struct {
	v        *view
	patterns []compiled
	lang     string
	tags     []news.Tag
	refusal  *mark // the negated consent that is told as "reject"
}

// add records a facet's value once, with where it stands.
func (o *tagger) add(facet, value, rule, who string, m mark) {
	for i := range o.tags {
		if o.tags[i].Facet == facet && o.tags[i].Value == value {
			return
		}
	}
	o.tags = append(o.tags, o.made(facet, value, rule, who, m))
}

// made is a tag of the words at m.
func (o *tagger) made(facet, value, rule, who string, m mark) news.Tag {
	s := o.v.s
	return news.Tag{
		Facet: facet, Value: value, Rule: rule, Who: who, Lang: o.lang,
		Match: strings.Clone(s.words(m.first, m.last)), Field: fieldNames[s.field(m.first)],
	}
}

// facets emits every facet of a relevant text.
func (o *tagger) facets(x *facts, who commitment, genre string) {
	v := o.v
	o.models("stage", x, 3)
	if o.refusals() || o.meetingToCome() {
		who = commitment{}
	}
	o.weakConsent()
	o.keepingOffered()
	o.committed(x, who)
	o.talksAccepted()
	o.talksRefused()
	o.talksHeld()
	for i := range v.t.facets {
		f := &v.t.facets[i]
		if f.facet == "genre" {
			continue
		}
		if m, ok := o.shown(f); ok {
			o.add(f.facet, f.value, f.rule, "", m)
		}
	}
	o.names()
	o.origin()
	o.claim(genre)
	o.doers()
	o.genre(genre)
}

// sureAgreed is how likely "agreed" must be to stand without anybody named as
// having committed.
const sureAgreed = 0.4

// committed tags who committed, beside the stages that ask for it. What a title
// says outright adds the stage when the model finds it at least possible; an
// agreement nobody is seen to have made is dropped unless it is likely.
func (o *tagger) committed(x *facts, who commitment) {
	v := o.v
	r := &v.t.roles
	title := &v.in[inTitle]
	if title.has(r.past) || title.has(r.discussed) && !title.has(r.agree) || !who.plain && title.has(r.breach) { // a look back, or "the agreed corridor was shelled"
		who = commitment{}
	}
	stage := ""
	for _, t := range o.tags {
		if t.Facet == "stage" && (t.Value == "agreed" || t.Value == "in_effect" || t.Value == "ended") {
			stage = t.Value
			break
		}
	}
	if stage == "" {
		if who.value == "" || !who.plain || o.likely("stage", who.stage, x) < 0.25 {
			return
		}
		o.add("stage", who.stage, "commitment", "", who.mark)
	}
	if stage == "agreed" && who.plain && who.stage == "ended" { // "declares that it leaves the truce"
		stage = "ended"
		for i, t := range o.tags {
			if t.Facet == "stage" && t.Value == "agreed" {
				o.tags[i] = o.made("stage", "ended", "commitment", "", who.mark)
			}
		}
	}
	takesTwo := title.has(r.exchange) || title.has(r.shipping)
	if who.value == "" || !who.plain && takesTwo {
		if inferred := v.inferred(stage); who.value == "" || inferred.value == "both" {
			who = inferred
		}
	}
	if who.value == "third" && (title.has(r.joint) || !who.plain && !takesTwo) {
		// A mediator tells of what a round agreed, or only the lede has one speak.
		if inferred := v.inferred(stage); inferred.value == "both" && title.has(r.joint) || inferred.side != "" {
			who = inferred
		}
	}
	if who.value != "" {
		o.add("committed", who.value, "commitment", who.side, who.mark)
		return
	}
	if o.likely("stage", "agreed", x) < sureAgreed || title.has(r.past) || title.has(r.propose) && !title.has(r.agree) {
		o.tags = slices.DeleteFunc(o.tags, func(t news.Tag) bool { return t.Facet == "stage" && t.Value == "agreed" })
	}
}

// likely is the probability a model gives a value; 0 without a model.
func (o *tagger) likely(facet, value string, x *facts) float64 {
	for i := range o.v.t.models {
		if m := &o.v.t.models[i]; m.facet == facet && m.value == value {
			p, _ := o.v.probability(m, x)
			return p
		}
	}
	return 0
}

// shown finds what earns a facet's value.
func (o *tagger) shown(f *compiledFacet) (mark, bool) {
	for _, c := range f.of {
		if m, ok := o.above(c); ok {
			return m, true
		}
	}
	for _, c := range f.unless {
		if _, ok := o.above(c); ok {
			return mark{}, false
		}
	}
	for _, c := range f.weak {
		if m, ok := o.above(c); ok {
			return m, true
		}
	}
	return mark{}, false
}

// above finds a class in title or lede.
func (o *tagger) above(class int) (mark, bool) {
	if o.v.in[inTitle].has(class) {
		return o.v.evidence(class, inTitle)
	}
	if o.v.in[inLede].has(class) {
		return o.v.evidence(class, inLede)
	}
	return mark{}, false
}

// vote is what a model gives its value.
type vote struct {
	p   float64 // in proportion to its threshold
	m   *compiledModel
	top *modelWeight
}

// models tags a facet with the values whose model says yes; for a stage, with
// the likeliest when none does and it is not unlikely.
func (o *tagger) models(facet string, x *facts, most int) {
	votes := o.v.votes[:0]
	for i := range o.v.t.models {
		if m := &o.v.t.models[i]; m.facet == facet {
			p, top := o.v.probability(m, x)
			votes = append(votes, vote{p / m.threshold, m, top})
		}
	}
	slices.SortStableFunc(votes, func(a, b vote) int {
		switch {
		case a.p > b.p:
			return -1
		case a.p < b.p:
			return 1
		}
		return 0
	})
	o.v.votes = votes
	for i, w := range votes {
		if i == most || w.p < 1 && !(i == 0 && facet == "stage" && w.p > 0.4) {
			break
		}
		var m mark
		ok := false
		if w.top != nil {
			m, ok = o.v.evidence(w.top.class, w.top.field)
		}
		if !ok {
			m, ok = o.anything()
		}
		if ok {
			o.add(facet, w.m.value, w.m.rule, "", m)
		}
	}
}

// anything is the first act of the text, for a value no single word earned.
func (o *tagger) anything() (mark, bool) {
	for _, sp := range o.v.spots {
		for _, m := range o.v.marks[sp.marks:sp.mend] {
			if o.v.t.weigh.all.has(int(m.class)) {
				return m, true
			}
		}
	}
	return mark{}, false
}

// names emits actors, venues and places of title and lede. A place counts where
// the sentence speaks of an arrangement or act.
func (o *tagger) names() {
	for i := range o.v.spots {
		sp := &o.v.spots[i]
		if sp.field == inBody {
			continue
		}
		about := o.v.t.weigh.any(&sp.set) || sp.field == inTitle
		for _, m := range o.v.marks[sp.marks:sp.mend] {
			if m.pattern < 0 {
				continue
			}
			switch c := &o.patterns[m.pattern]; c.kind {
			case kActor:
				o.add("actor", c.id, c.rule, c.detail, m)
			case kVenue:
				o.add("venue", c.id, c.rule, "", m)
			case kPlace:
				if about {
					o.add("place", c.id, c.rule, c.detail, m)
				}
			}
		}
	}
}

// origin names the outlet or agency a report rests on: one beside a citing word,
// or set off by brackets, a colon or a dateline's dash.
func (o *tagger) origin() {
	s, v := o.v.s, o.v
	for i := range v.spots {
		sp := &v.spots[i]
		if sp.field == inBody || !sp.set.has(v.t.roles.outlet) {
			continue
		}
		f := s.fields[sp.field]
		for _, m := range v.marks[sp.marks:sp.mend] {
			if int(m.class) != v.t.roles.outlet || v.inLonger(sp, m) {
				continue
			}
			cited := false
			for _, c := range v.marks[sp.marks:sp.mend] {
				if int(c.class) == v.t.roles.cites && c.first <= m.last+4 && m.first <= c.last+5 {
					cited = true
				}
			}
			before, after := f[:s.tokens[m.first].start], f[s.tokens[m.last].end:]
			if strings.HasSuffix(before, "(") || (strings.TrimSpace(before) == "" && strings.HasPrefix(after, ":")) ||
				strings.HasPrefix(after, ") - ") || strings.HasSuffix(f, s.words(m.first, m.last)) && strings.HasSuffix(strings.TrimRight(before, " "), "—") {
				cited = true
			}
			if cited {
				c := &o.patterns[m.pattern]
				o.add("origin", c.id, c.rule, "", m)
			}
		}
	}
}

// inLonger is whether a hit stands inside a longer one of its class: "Interfax-Ukraine"
// is not Interfax.
func (v *view) inLonger(sp *spot, m mark) bool {
	for _, o := range v.marks[sp.marks:sp.mend] {
		if o.class == m.class && o.first <= m.first && m.last <= o.last && o.last-o.first > m.last-m.first {
			return true
		}
	}
	return false
}

// genre decides from the title, and the lede's own words, what kind of text it is.
func (v *view) genre(official bool) string {
	for _, f := range v.t.facets {
		if f.facet != "genre" {
			continue
		}
		for _, c := range f.of {
			if v.in[inTitle].has(c) {
				return f.value
			}
		}
	}
	if official {
		return "official"
	}
	return "news"
}

func (o *tagger) genre(genre string) {
	rule := "genre"
	m := mark{pattern: -1}
	for _, f := range o.v.t.facets {
		if f.facet == "genre" && f.value == genre {
			for _, c := range f.of {
				if e, ok := o.v.evidence(c, inTitle); ok {
					o.add("genre", genre, f.rule, "", e)
					return
				}
			}
		}
	}
	if len(o.v.s.tokens) > 1 {
		o.add("genre", genre, rule, "", m)
	}
}
