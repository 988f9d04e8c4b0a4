package tag

import "math/bits"

// doers says beside the stages accept, reject and violation whose act it is: who
// accepts, who refuses, who alleges the breach. Who is the party's side, "both" of two,
// and empty where the sentence leaves it open.
func (o *tagger) doers() {
	for i := range o.tags {
		t := &o.tags[i]
		if t.Facet != "stage" {
			continue
		}
		switch t.Value {
		case "accept":
			t.Who = o.whoDoes(o.v.t.roles.accept)
		case "reject":
			if t.Who = o.whoDoes(o.v.t.roles.reject); t.Who == "" && o.refusal != nil {
				t.Who = o.whoRefuses(*o.refusal)
			}
		case "violation":
			t.Who = o.whoAlleges()
		}
	}
}

// whoDoes is the side that stands as the subject of a verb of a class, in the title or
// else in the sentence after it.
func (o *tagger) whoDoes(class int) string {
	v := o.v
	for i := range v.spots[:min(len(v.spots), 2)] {
		sp := &v.spots[i]
		if sp.field == inBody {
			break
		}
		for _, m := range v.marks[sp.marks:sp.mend] {
			if int(m.class) != class {
				continue
			}
			// Whoever stands after the first such verb alone may be whose offer it is.
			if before, _, _ := v.named(sp, sp.first, m.first); before != 0 {
				c := v.subject(sp, m)
				if c.after { // "Ukraine said it accepts a ceasefire with Russia"
					return o.sideName(before)
				}
				return o.sideName(c.sides)
			}
			break
		}
	}
	return ""
}

// whoRefuses is the party named before a verb of consent that is negated or denied, if it
// is one alone: two that do not agree do not both refuse.
func (o *tagger) whoRefuses(consent mark) string {
	v := o.v
	for i := range v.spots {
		if sp := &v.spots[i]; consent.first >= sp.first && consent.last < sp.past {
			if sides, _, _ := v.named(sp, sp.first, consent.first); bits.OnesCount32(sides) == 1 {
				return o.sideName(sides)
			}
		}
	}
	return ""
}

// whoAlleges is the party that speaks, in the title or else in the first sentences.
func (o *tagger) whoAlleges() string {
	v := o.v
	for i := range v.spots[:min(len(v.spots), 1+speakingSentences)] {
		sp := &v.spots[i]
		if sp.field == inBody {
			break
		}
		var sides uint32
		for _, s := range o.speakers(sp) {
			c := &o.patterns[s.actor.pattern]
			for bit, name := range v.t.sides {
				if c.detail == name {
					sides |= 1 << bit
				}
			}
		}
		if who := o.sideName(sides); who != "" {
			return who
		}
	}
	return ""
}

// sideName names a set of parties: one side, "both" for two, "" for none or more.
func (o *tagger) sideName(sides uint32) string {
	switch bits.OnesCount32(sides) {
	case 1:
		return o.v.t.sides[bits.TrailingZeros32(sides)]
	case 2:
		return "both"
	}
	return ""
}
