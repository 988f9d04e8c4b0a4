package tag

import (
	"slices"

	"trucewatch/internal/news"
)

const (
	notNear  = 3 // words from a "not" to the verb it negates: "did not then agree"
	denyNear = 8 // from a word of denial to what is denied: "denies that it has ever agreed"
)

// refusals reads the verbs of consent and of refusal that a title negates. Consent that is
// negated or denied is a refusal and commits nobody; consent that has not come yet is
// neither. A refusal that is negated is a signal. One verb of its kind that is not negated
// keeps the stages as they are, and so does what else the title tells as done: "1,000
// prisoners on each side, no truce agreed". It returns whether all consent is negated.
func (o *tagger) refusals() bool {
	v := o.v
	r := &v.t.roles
	if len(v.spots) == 0 || v.spots[0].field != inTitle {
		return false
	}
	sp := &v.spots[0]
	yes, consent := v.allNegated(sp, r.accept, r.agree)
	if no, ok := v.allNegated(sp, r.reject); ok {
		o.notRefused(sp, no, consent)
		return consent
	}
	if _, held := v.noDeal(sp); !consent || held || sp.set.has(r.exchange) && sp.set.has(r.ceasefire) {
		return false
	}
	if _, ok := v.allNegated(sp, r.declare); sp.set.has(r.declare) && !ok {
		return false
	}
	if sp.set.has(r.breach) {
		o.drop("accept", "agreed")
		return true
	}
	if v.among(sp, yes.first-notNear-1, yes.first, r.notYet) {
		o.drop("accept", "agreed", "reject")
		return true
	}
	if !slices.ContainsFunc(o.tags, isStage) {
		o.add("stage", "reject", news.Negated, "", yes)
	}
	o.replace("reject", news.Negated, yes, "accept", "agreed", "reject")
	o.refusal = &yes
	return true
}

// notRefused makes a signal of a refusal that is negated, of what is not refused ("does not
// reject the proposal"), and of consent that is negated beside it.
func (o *tagger) notRefused(sp *spot, no mark, consent bool) {
	r := &o.v.t.roles
	if o.v.after(sp, no, r.but, sp.past) {
		return // "has not refused, but sets terms"
	}
	stages := []string{"reject"}
	if sp.set.has(r.propose) && !o.v.before(sp, no, r.propose, sp.past) {
		stages = append(stages, "proposal")
	}
	if consent {
		stages = append(stages, "accept", "agreed")
	}
	o.replace("signal", "not refused", no, stages...)
}

func isStage(t news.Tag) bool { return t.Facet == "stage" }

// allNegated is the first of a sentence's verbs of some classes when every one of them is
// negated or denied.
func (v *view) allNegated(sp *spot, classes ...int) (mark, bool) {
	var first mark
	found := false
	for _, m := range v.marks[sp.marks:sp.mend] {
		if !slices.Contains(classes, int(m.class)) {
			continue
		}
		if !v.negated(sp, m) && !v.denied(sp, m) {
			return mark{}, false
		}
		if !found {
			first, found = m, true
		}
	}
	return first, found
}

// negated is whether a verb stands under a "not": one before it in its clause ("did not
// agree"), or one after it where a language puts it there ("akzeptiert keine", "n'accepte
// pas", "sign no"). Agreeing on no attacks is agreeing.
func (v *view) negated(sp *spot, m mark) bool {
	r := &v.t.roles
	for _, x := range v.marks[sp.marks:sp.mend] {
		switch int(x.class) {
		case r.not:
			if x.last < m.first && m.first-x.last <= notNear && !v.parts(x.last, m.first) &&
				!v.among(sp, x.last, m.first, v.t.classes["actor"]) && !v.among(sp, x.last, m.first, r.arrangement) {
				return true
			}
		case r.noAfter:
			if x.first <= m.last && m.first <= x.first && !v.parts(x.first, x.last) && !v.covers(sp, mark{first: x.last, last: x.last}, r.noAttack) {
				return true
			}
		}
	}
	return false
}

// denied is whether a verb tells what somebody denies, in the clause that a word of denial
// opens: "denies having accepted", "bestreitet, zugestimmt zu haben", "отрицает, что".
func (v *view) denied(sp *spot, m mark) bool {
	r := &v.t.roles
	for _, x := range v.marks[sp.marks:sp.mend] {
		if int(x.class) != r.deny || x.last >= m.first || m.first-x.last > denyNear || v.among(sp, x.first-2, x.first, r.not) {
			continue
		}
		open := true
		for i := x.last; i < m.first; i++ {
			if i > x.last && v.parts(i, i+1) && !v.among(sp, i, i+2, r.that) {
				open = false
			}
		}
		if open && !v.among(sp, x.last, m.first, r.reject) && !v.among(sp, x.last, m.first, r.breach) {
			return true
		}
	}
	return false
}

// drop takes stages away.
func (o *tagger) drop(stages ...string) {
	o.tags = slices.DeleteFunc(o.tags, func(t news.Tag) bool { return t.Facet == "stage" && slices.Contains(stages, t.Value) })
}
