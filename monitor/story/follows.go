package story

import (
	"math"
	"strings"
)

// A development's outcome or next step is linked to it and not merged with it: talks that
// were planned, then held; a truce that was offered, then refused. A link is made of
// little, so it asks for a later act and for the same arrangement, or for the outcome of a
// meeting of the same people at the same place. Of several earlier ones the most alike is it.

const (
	followFloor    = -3.0 // log-odds below which two developments have too little in common
	followConcepts = 0.35 // likeness of what the titles are about, at least
	followActors   = 0.7  // likeness of the actors of a meeting and of its outcome
	stepHeld       = 4    // of steps: a meeting is held
	stepOutcome    = 6    // the last that a meeting has for an outcome
	followShown    = 4    // reports of either that are compared
)

// steps orders acts from the plan of a meeting or truce to its end.
var steps = func() map[uint32]int {
	m := map[uint32]int{}
	for i, names := range []string{"propose consider invite", "prepare announce", "arrive host", "meet summit call talks", "agree sign accept reject nobreakthrough postpone", "order release exchange", "violate accuse", "extend expire withdraw"} {
		for _, n := range strings.Fields(names) {
			m[termID(classAct, "v:"+n)] = i + 1
		}
	}
	return m
}()

// step is the furthest act of the main clause; 0 where it tells none of the order.
func (s *sketch) step() int {
	n := 0
	for _, t := range s.terms {
		if t.fields&inMain != 0 && classOf(t.id) == classAct {
			n = max(n, steps[t.id])
		}
	}
	return n
}

// stepOf is the act most of a development's reports have reached, the earlier of two as
// frequent.
func stepOf(nodes []node) int {
	var count [16]int
	best := 0
	for _, n := range nodes {
		count[n.sketch.step()]++
	}
	for k := 1; k < len(count); k++ {
		if count[k] > count[best] || best == 0 && count[k] > 0 {
			best = k
		}
	}
	return best
}

// follows reports whether the development of the nodes next is the outcome or next step of
// that of the nodes before, and how alike the two are. Both are crowded; all of next must
// be later than all of before. to and from are the steps they have reached.
func (m *Model) follows(next, before []node, to, from int) (float64, bool) {
	if len(next) == 0 || len(before) == 0 {
		return 0, false
	}
	if from == 0 || to <= from {
		return 0, false
	}
	first := next[0].published
	for _, n := range next {
		if n.published.Before(first) {
			first = n.published
		}
	}
	for _, b := range before {
		if !b.published.Before(first) || first.Sub(b.published) > Window {
			return 0, false
		}
	}
	before, next = before[:min(len(before), followShown)], next[:min(len(next), followShown)]
	if !arrangedAlike(next, before) {
		return 0, false // most pairs of developments: comparing them would not change it
	}
	best := math.Inf(-1)
	var arranged, venue bool
	var of, f vector
	for _, b := range before {
		for _, n := range next {
			if n.sketch.kind != kindNews || b.sketch.kind != kindNews {
				continue
			}
			compare(n.sketch, b.sketch, n.published.Sub(b.published), &f)
			s := scopeOf(n.sketch, b.sketch)
			// The days between and the other act are what a next step has: they count for nothing here.
			if z := m.score(s, &f) - m.w[s][fDays]*f[fDays] - thresholds[s]; z > best {
				best, of = z, f
				arranged = bothTitle(n.sketch, b.sketch, classMechanism, mechSettlement)
				venue = bothTitle(n.sketch, b.sketch, classPlace, placeWashington)
			}
		}
	}
	if best <= followFloor || of[fConceptTitle] < followConcepts || of[fLean] > 0 || of[fReversed] > 0 || of[fPlaceApart] > 0 || of[fMechApart] > 0 {
		return best, false
	}
	meeting := from <= stepHeld && to > stepHeld && to <= stepOutcome && venue && of[fActorTitle] >= followActors
	return best, arranged || meeting
}

// arrangedAlike reports whether any two of them name the same arrangement or venue in
// their titles, as a next step does.
func arrangedAlike(next, before []node) bool {
	for _, n := range next {
		for _, b := range before {
			if bothTitle(n.sketch, b.sketch, classMechanism, mechSettlement) || bothTitle(n.sketch, b.sketch, classPlace, placeWashington) {
				return true
			}
		}
	}
	return false
}

// What is no evidence: peace is in all headlines, and "White House" mostly speaks.
var (
	mechSettlement  = termID(classMechanism, "m:settlement")
	placeWashington = termID(classPlace, "p:washington")
)

// bothTitle reports whether both titles name one thing of a class, other than one.
func bothTitle(a, b *sketch, c class, but uint32) bool {
	for _, t := range a.terms {
		if classOf(t.id) == c && t.id != but && t.fields&inTitle != 0 && b.inTitle(t.id) {
			return true
		}
	}
	return false
}
