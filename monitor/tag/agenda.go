package tag

// agendaNear is how many words from a word of an agenda what stands on it is looked for.
const agendaNear = 10

// meetingToCome takes "agreed" and "in effect" from a report of a meeting that is to come:
// what is announced or agreed is the meeting, and an exchange or a truce only stands on its
// agenda. One verb with an arrangement as its object keeps the stages. It returns whether
// nothing is agreed but the meeting.
func (o *tagger) meetingToCome() bool {
	v := o.v
	r := &v.t.roles
	title := &v.in[inTitle]
	agenda := title.has(r.agenda) || v.in[inLede].has(r.agenda)
	if !title.has(r.meets) && !title.has(r.negotiation) && !title.has(r.talksObject) && !(agenda && title.has(r.venue)) || title.has(r.joint) || title.has(r.inForce) {
		return false
	}
	toCome, verbs := agenda || title.has(r.prepare) || title.has(v.t.arranged), 0
	for i := range v.spots {
		sp := &v.spots[i]
		if sp.field == inBody {
			break
		}
		for _, m := range v.marks[sp.marks:sp.mend] {
			if c := int(m.class); c != r.agree && c != r.declare && c != r.swapped {
				continue
			}
			if !o.ofMeeting(sp, m) {
				return false
			}
			verbs++
			if talks, _ := o.object(sp, m); talks && sp.field == inTitle && int(m.class) == r.declare {
				toCome = true // "announces a meeting"
			}
		}
	}
	if !toCome || verbs == 0 && !agenda || o.stage("agreed") < 0 && o.stage("in_effect") < 0 {
		return toCome && verbs > 0
	}
	at := max(o.stage("agreed"), o.stage("in_effect"))
	if m, ok := v.evidence(r.meets, inTitle); ok && o.stage("prep") < 0 && o.stage("talks") < 0 {
		o.tags[at] = o.made("stage", "prep", "agenda", "", m)
	}
	o.drop("agreed", "in_effect")
	return true
}

// ofMeeting is whether a verb of agreeing or announcing is about the meeting alone.
func (o *tagger) ofMeeting(sp *spot, m mark) bool {
	v := o.v
	r := &v.t.roles
	if v.near(sp, m, r.agenda, agendaNear) && int(m.class) == r.swapped || v.covers(sp, m, v.t.arranged) || v.before(sp, m, r.infinitive, 1) {
		return true
	}
	if int(m.class) == r.swapped {
		return false
	}
	talks, arrangement := o.object(sp, m)
	if arrangement && v.after(sp, m, r.agenda, agendaNear) {
		return true // "agreed that the agenda is a truce"
	}
	return talks || !arrangement && (sp.set.has(r.talksObject) || sp.set.has(r.meets) || sp.set.has(r.agenda))
}
