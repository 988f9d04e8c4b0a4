package tag

import "strings"

// claim says what kind of statement the title makes, and whose: a fact told, a
// party's claim, a denial, a prediction, something negated or long past.
func (o *tagger) claim(genre string) {
	v := o.v
	r := &v.t.roles
	if len(v.spots) == 0 || v.spots[0].field != inTitle {
		return
	}
	sp := &v.spots[0]
	kind, at, found := "fact", mark{pattern: -1}, false
	for _, k := range []struct {
		class int
		kind  string
	}{{r.past, "historical"}, {r.deny, "denial"}, {r.not, "negated"}, {r.predict, "prediction"}, {r.say, "claim"}} {
		if sp.set.has(k.class) {
			if m, ok := v.evidence(k.class, inTitle); ok {
				kind, at, found = k.kind, m, true
				break
			}
		}
	}
	who, colon := o.speaker(sp)
	if !found && colon {
		kind, found = "claim", true
	}
	if !found {
		at = mark{pattern: -1, first: sp.first, last: sp.past - 1}
	} else if at == (mark{pattern: -1}) {
		at = mark{pattern: -1, first: sp.first, last: sp.first}
	}
	o.add("claim", kind, "claim", who, at)
}

// speaker is the actor a title names as saying it: beside a verb of saying, or
// before a colon, or after a closing dash.
func (o *tagger) speaker(sp *spot) (who string, set bool) {
	v, s := o.v, o.v.s
	f := s.fields[sp.field]
	near := int32(3)
	for _, m := range v.marks[sp.marks:sp.mend] {
		if m.pattern < 0 || o.patterns[m.pattern].kind != kActor {
			continue
		}
		after := strings.TrimLeft(f[s.tokens[m.last].end:], " ")
		before := strings.TrimRight(f[:s.tokens[m.first].start], " ")
		if strings.HasPrefix(after, ":") || strings.HasSuffix(before, "—") || strings.HasSuffix(before, "–") {
			return o.patterns[m.pattern].id, true
		}
		for _, c := range v.marks[sp.marks:sp.mend] {
			if int(c.class) != v.t.roles.say && int(c.class) != v.t.roles.deny {
				continue
			}
			gap := c.first - m.last
			if c.last < m.first {
				gap = m.first - c.last
			}
			if gap > 0 && gap <= near {
				who, near = o.patterns[m.pattern].id, gap-1
			}
		}
	}
	return who, who != ""
}
