package tag

import "slices"

// claim says what kind of statement the title makes, and whose: a fact told, a
// party's claim, a denial, a prediction, something negated or long past. Whoever
// else title and first sentences name as saying it is added as a claim of theirs.
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
			if k.class == r.not && (v.onlyOutcome(sp) || v.onlyKept(sp)) {
				continue
			}
			if m, ok := v.evidence(k.class, inTitle); ok {
				kind, at, found = k.kind, m, true
				break
			}
		}
	}
	who := o.speakers(sp)
	if len(who) > 0 && !found {
		kind, at, found = "claim", who[0].words, true
	}
	if !found {
		at = mark{pattern: -1, first: sp.first, last: sp.past - 1}
	}
	var titles []string
	if len(who) == 0 {
		o.add("claim", kind, "claim", "", at)
	}
	for _, s := range who {
		id := o.patterns[s.actor.pattern].id
		titles = append(titles, id)
		o.addClaim(kind, id, at)
	}
	ledes := 0
	for i := range v.spots {
		sp := &v.spots[i]
		if sp.field != inLede || ledes == speakingSentences {
			continue
		}
		ledes++
		for _, s := range o.speakers(sp) {
			if id := o.patterns[s.actor.pattern].id; !slices.Contains(titles, id) {
				o.addClaim("claim", id, s.words)
			}
		}
	}
}

// speakingSentences is how many sentences after the title say who speaks.
const speakingSentences = 2

// addClaim records what kind of statement somebody makes, once for each of them.
func (o *tagger) addClaim(kind, who string, at mark) {
	for _, t := range o.tags {
		if t.Facet == "claim" && t.Value == kind && t.Who == who {
			return
		}
	}
	o.tags = append(o.tags, o.made("claim", kind, "claim", who, at))
}
