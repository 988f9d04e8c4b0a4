package tag

import (
	"slices"

	"trucewatch/internal/news"
)

// weakConsent makes a signal of what is told as agreed or accepted when all that anybody
// consents to is that something is needed, or to look into it: "agree on the need for a
// ceasefire". One consent to an arrangement itself beside it keeps the stage.
func (o *tagger) weakConsent() {
	v := o.v
	r := &v.t.roles
	var weak mark
	found := false
	for i := range v.spots {
		sp := &v.spots[i]
		if sp.field == inBody {
			break
		}
		for _, m := range v.marks[sp.marks:sp.mend] {
			switch c := int(m.class); {
			case c == r.weakConsent && sp.field == inTitle && !found:
				weak, found = m, true
			case (c == r.agree || c == r.accept || c == r.declare) && !v.covers(sp, m, r.weakConsent) && !v.covers(sp, m, v.t.arranged) && !v.before(sp, m, r.weakConsent, 4):
				return
			}
		}
	}
	if found {
		o.lower("weak consent", weak, "agreed", "accept")
	}
}

// keepingOffered makes a signal of an arrangement told as in effect or agreed when its
// keeping is still to come and hangs on the other's: "will mirror the truce". Kept by one
// side alone and still to come it is declared, not in effect.
func (o *tagger) keepingOffered() {
	v := o.v
	r := &v.t.roles
	if len(v.spots) == 0 || v.spots[0].field != inTitle {
		return
	}
	sp := &v.spots[0]
	var keep mark
	found := false
	for _, m := range v.marks[sp.marks:sp.mend] {
		switch c := int(m.class); {
		case c == r.willKeep && !found:
			keep, found = m, true
		case c == r.inForce && !v.covers(sp, m, r.willKeep):
			return // something is kept already
		}
	}
	if !found || !sp.set.has(r.arrangement) {
		return
	}
	sides, _, all := v.named(sp, sp.first, sp.past)
	switch {
	case sp.set.has(r.mirrored) || sp.set.has(r.condition):
		if !slices.ContainsFunc(o.tags, func(t news.Tag) bool { return t.Facet == "stage" }) {
			o.add("stage", "signal", "offered", "", keep)
			return
		}
		o.lower("offered", keep, "in_effect", "agreed", "accept")
	case !all && sides != uint32(1)<<len(r.side)-1:
		if i := o.stage("in_effect"); i >= 0 && o.stage("agreed") < 0 {
			o.tags[i] = o.made("stage", "agreed", "offered", "", keep)
		}
	}
}

// lower puts a signal in the place of stages that say too much.
func (o *tagger) lower(rule string, m mark, stages ...string) {
	o.replace("signal", rule, m, stages...)
}

// replace puts one stage in the place of others, where the first of them stands; it does
// nothing where there is none of them.
func (o *tagger) replace(stage, rule string, m mark, stages ...string) {
	at := slices.IndexFunc(o.tags, func(t news.Tag) bool { return t.Facet == "stage" && slices.Contains(stages, t.Value) })
	if at < 0 {
		return
	}
	o.tags[at] = o.made("stage", stage, rule, "", m)
	first := true
	o.tags = slices.DeleteFunc(o.tags, func(t news.Tag) bool {
		if t.Facet != "stage" {
			return false
		}
		if t.Value == stage {
			drop := !first
			first = false
			return drop
		}
		return slices.Contains(stages, t.Value)
	})
}

// stage is where a stage is tagged, or -1.
func (o *tagger) stage(value string) int {
	return slices.IndexFunc(o.tags, func(t news.Tag) bool { return t.Facet == "stage" && t.Value == value })
}
