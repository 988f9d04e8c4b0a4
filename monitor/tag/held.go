package tag

import (
	"slices"

	"trucewatch/internal/news"
)

// talksHeld makes of a title that tells of talks that ended without a deal what it tells:
// that they took place, and that nothing was agreed.
func (o *tagger) talksHeld() {
	v := o.v
	if len(v.spots) == 0 || v.spots[0].field != inTitle {
		return
	}
	m, ok := v.noDeal(&v.spots[0])
	if !ok {
		return
	}
	o.tags = slices.DeleteFunc(o.tags, func(t news.Tag) bool {
		return t.Facet == "committed" || t.Facet == "stage" && (t.Value == "agreed" || t.Value == "in_effect" || t.Value == "talks")
	})
	o.tags = slices.Insert(o.tags, 0, o.made("stage", "talks", "held", "", m)) // first: no other is as sure
}

// noDeal is where a sentence tells of talks that were held and brought nothing; what may
// or will end so has not.
func (v *view) noDeal(sp *spot) (mark, bool) {
	r := &v.t.roles
	if !sp.set.has(r.talksObject) || sp.set.has(r.predict) || sp.set.has(r.past) {
		return mark{}, false
	}
	for _, m := range v.marks[sp.marks:sp.mend] {
		if int(m.class) == r.talksNoDeal && !v.before(sp, m, r.unreal, 4) && !v.before(sp, m, r.not, 4) {
			return m, true
		}
	}
	return mark{}, false
}

// onlyOutcome tells whether all that a sentence negates is the outcome of talks that were
// held.
func (v *view) onlyOutcome(sp *spot) bool {
	held, ok := v.noDeal(sp)
	if !ok {
		return false
	}
	for _, m := range v.marks[sp.marks:sp.mend] {
		if int(m.class) == v.t.roles.not && (m.first < held.first || m.last > held.last) {
			return false
		}
	}
	return true
}

// onlyKept tells whether all that a sentence negates are attacks, and it says that an
// arrangement is in force: "truce in effect: no strikes overnight".
func (v *view) onlyKept(sp *spot) bool {
	r := &v.t.roles
	if !sp.set.has(r.inForce) || !sp.set.has(r.arrangement) {
		return false
	}
	for _, m := range v.marks[sp.marks:sp.mend] {
		if int(m.class) == r.not && !v.covers(sp, m, r.noAttack) {
			return false
		}
	}
	return true
}
