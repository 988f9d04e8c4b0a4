package tag

import "strings"

// speaking is one actor whom a sentence names as saying it.
type speaking struct {
	actor mark
	words mark // those that show that the actor speaks
}

// speakers are the actors whom a sentence names as saying it, in the order of the
// text: "Kyiv says", ", said Peskov", "according to Ankara", "Putin: …", "… — Sybiha",
// "Ukraine accuses Russia", and both of "Ukraine and Russia say". Who is spoken of
// says nothing: "officials say Russia", "Russia is accused of", "Ukrainian media say".
func (o *tagger) speakers(sp *spot) []speaking {
	var out []speaking
	for _, m := range o.v.marks[sp.marks:sp.mend] {
		if !o.isActor(m) || o.covered(out, m) {
			continue
		}
		words, ok := o.speaks(sp, m)
		if !ok {
			continue
		}
		if w, ok := o.joined(sp, m); ok && !o.covered(out, w) {
			out = append(out, speaking{w, words})
		}
		out = append(out, speaking{m, words})
	}
	return out
}

func (o *tagger) isActor(m mark) bool {
	return m.pattern >= 0 && o.patterns[m.pattern].kind == kActor
}

func (o *tagger) isState(m mark) bool {
	return o.patterns[m.pattern].office == "state"
}

// covered is whether an actor is among speakers already: a name may be read by two
// patterns.
func (o *tagger) covered(list []speaking, m mark) bool {
	for _, s := range list {
		if s.actor.first <= m.last && m.first <= s.actor.last || o.patterns[s.actor.pattern].id == o.patterns[m.pattern].id {
			return true
		}
	}
	return false
}

const (
	sayNear  = 4 // words from a speaker to the verb: "Ukraine's coordination headquarters said"
	saidNear = 6 // from a verb that ends a quote to its speaker: ", said the foreign minister of X, Y"
)

// speaks is whether an actor is named as saying a sentence, and the words that show it.
func (o *tagger) speaks(sp *spot, m mark) (mark, bool) {
	s, r := o.v.s, &o.v.t.roles
	f := s.fields[sp.field]
	after := strings.TrimLeft(f[s.tokens[m.last].end:], " ")
	before := strings.TrimRight(f[:s.tokens[m.first].start], " ")
	if sp.field == inTitle && !o.isState(m) && strings.HasPrefix(after, ":") {
		return m, true // "Kyiv: …"; but "Ukraine: …" is what it is about
	}
	if sp.field == inTitle && sp.past-m.last <= 2 && (strings.HasSuffix(before, "—") || strings.HasSuffix(before, "–")) {
		return m, true // "… — Sybiha"
	}
	for _, c := range o.v.marks[sp.marks:sp.mend] {
		class := int(c.class)
		switch {
		case class != r.say && class != r.deny && class != r.speaks && class != r.attributes && class != r.accuses:
		case o.v.inLonger(sp, c) || o.within(sp, c, r.accused):
		case c.first > m.last: // Kyiv says
			if class == r.attributes || c.first-m.last > sayNear || o.v.parts(m.last, c.first) || o.v.among(sp, m.last, c.first, r.otherVoice) || o.actorBetween(sp, m.last, c.first) {
				continue
			}
			if class == r.accuses && !o.another(sp, m, c) {
				continue // "Ukraine was accused": whom it accuses is not named
			}
			return c, true
		case c.last < m.first:
			near := int32(sayNear)
			switch {
			case class == r.accuses:
				continue // who is accused
			case class == r.attributes: // according to Kyiv
			case o.endsQuote(sp, c): // …, said Peskov
				near = saidNear
			default:
				continue // "say Russia …" tells of Russia
			}
			if m.first-c.last > near || o.v.parts(c.last, m.first) || o.v.among(sp, c.last, m.first, r.otherVoice) || o.v.among(sp, m.last, m.last+3, r.otherVoice) || o.actorBetween(sp, c.last, m.first) {
				continue
			}
			return c, true
		}
	}
	return mark{}, false
}

// parts is whether punctuation ends a clause between two tokens.
func (v *view) parts(from, to int32) bool {
	s := v.s
	f := s.fields[s.field(from)]
	return strings.ContainsAny(f[s.tokens[from].end:s.tokens[to].start], ",;:—–\"«»“”()")
}

// among is whether a word of a class stands between two tokens.
func (v *view) among(sp *spot, from, to int32, class int) bool {
	for _, m := range v.marks[sp.marks:sp.mend] {
		if int(m.class) == class && m.first > from && m.last < to {
			return true
		}
	}
	return false
}

// within is whether a hit stands inside one of a class.
func (o *tagger) within(sp *spot, m mark, class int) bool {
	for _, x := range o.v.marks[sp.marks:sp.mend] {
		if int(x.class) == class && x.first <= m.first && m.last <= x.last {
			return true
		}
	}
	return false
}

// endsQuote is whether a verb of saying follows what is said: after a comma, a dash or a
// closing quote.
func (o *tagger) endsQuote(sp *spot, verb mark) bool {
	before := strings.TrimRight(o.v.s.fields[sp.field][:o.v.s.tokens[verb.first].start], " ")
	for _, end := range []string{",", "—", "–", " -", "\"", "»", "”", "“"} {
		if strings.HasSuffix(before, end) {
			return true
		}
	}
	return false
}

// another is whether a second actor follows a verb, the one who is accused, or "each
// other".
func (o *tagger) another(sp *spot, who, verb mark) bool {
	id := o.patterns[who.pattern].id
	for _, m := range o.v.marks[sp.marks:sp.mend] {
		if m.first <= verb.last || m.first > verb.last+sayNear {
			continue
		}
		if o.isActor(m) && o.patterns[m.pattern].id != id || int(m.class) == o.v.t.roles.collective {
			return true
		}
	}
	return false
}

// actorBetween is whether an actor stands between two tokens.
func (o *tagger) actorBetween(sp *spot, from, to int32) bool {
	for _, x := range o.v.marks[sp.marks:sp.mend] {
		if o.isActor(x) && x.first > from && x.last < to {
			return true
		}
	}
	return false
}

// joined is the actor that an "and" joins to m: both speak.
func (o *tagger) joined(sp *spot, m mark) (mark, bool) {
	for _, and := range o.v.marks[sp.marks:sp.mend] {
		if int(and.class) != o.v.t.roles.and || and.last != m.first-1 {
			continue
		}
		for _, x := range o.v.marks[sp.marks:sp.mend] {
			if o.isActor(x) && x.last == and.first-1 && o.patterns[x.pattern].id != o.patterns[m.pattern].id {
				return x, true
			}
		}
	}
	return mark{}, false
}
