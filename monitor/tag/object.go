package tag

import (
	"slices"

	"trucewatch/internal/news"
)

// objectNear is how many words after such a verb its object is looked for.
const objectNear = 8

// talksAccepted keeps who accepts talks, a meeting or an invitation from accepting an
// arrangement: what title and lede tell of then is a meeting being arranged.
func (o *tagger) talksAccepted() {
	stage := o.stage("accept")
	if stage < 0 {
		return
	}
	of, talks := o.ofTalks(o.v.t.roles.accept, inLede)
	switch {
	case !talks:
	case o.stage("prep") >= 0:
		o.tags = slices.Delete(o.tags, stage, stage+1)
	default:
		o.tags[stage] = o.made("stage", "prep", news.OfTalks, "", of) // in its place: the likeliest stage stands first
	}
}

// talksRefused marks the refusal of talks, a meeting or an invitation, which refuses no
// arrangement: see news.Report.RefusesTalks.
func (o *tagger) talksRefused() {
	stage := o.stage("reject")
	if stage < 0 {
		return
	}
	refuses, field := o.v.t.roles.reject, inTitle
	if !o.v.in[inTitle].has(refuses) {
		field = inLede
	}
	if _, talks := o.ofTalks(refuses, field); talks { // what a lede calls conditions refuses nothing that the title does not
		o.tags[stage].Rule = news.OfTalks
	}
}

// ofTalks tells whether talks are what the verbs of a class take, in the fields up to
// last, and the first that takes them. One that takes an arrangement, or a title that
// leaves open what it is, says no.
func (o *tagger) ofTalks(class, last int) (of mark, found bool) {
	v := o.v
	for i := range v.spots {
		sp := &v.spots[i]
		if int(sp.field) > last {
			break
		}
		for _, m := range v.marks[sp.marks:sp.mend] {
			if int(m.class) != class {
				continue
			}
			talks, arrangement := o.object(sp, m)
			if arrangement || !talks && sp.field == inTitle {
				return mark{}, false
			}
			if talks && !found {
				of, found = m, true
			}
		}
	}
	return of, found
}

// object tells whether what a verb of accepting or refusing takes is talks, or an arrangement: the
// first of both after it ("accepts an offer of talks on a truce", "stimmt Gesprächen zu"),
// but for the kind of talks ("truce talks"), and neither beyond a clause or a word of time
// and place ("accepts it after the talks").
func (o *tagger) object(sp *spot, verb mark) (talks, arrangement bool) {
	r := &o.v.t.roles
	first := mark{first: verb.first + objectNear + 1} // talks
	marks := o.v.marks[sp.marks:sp.mend]
	for _, m := range marks {
		if int(m.class) == r.talksObject && m.first > verb.first && m.first < first.first && !o.beyond(sp, verb, m) {
			first, talks = m, true
		}
	}
	for _, m := range marks {
		if c := int(m.class); c != r.arrangement && c != r.peace || m.first <= verb.first || m.last >= first.first || o.beyond(sp, verb, m) {
			continue
		}
		if talks && m.last == first.first-1 && !o.v.parts(m.last, first.first) {
			continue // which talks
		}
		return false, true
	}
	return talks, false
}

// beyond tells whether a clause ends, or time and place are told, between a verb and a
// word after it.
func (o *tagger) beyond(sp *spot, verb, m mark) bool {
	for i := verb.first; i < m.first; i++ {
		if o.v.parts(i, i+1) {
			return true
		}
	}
	return o.v.among(sp, verb.first, m.first, o.v.t.roles.setting)
}
