package tag

import "strings"

// roles are the classes the engine asks for by name; a pack that does not
// define one simply never shows it.
type roles struct {
	side, ground            []int
	third, war, other       int
	outlet, cites           int
	agree, declare, end     int
	swapped, collective     int
	say, not, unreal        int
	arrangement, unilateral int
	deny, predict, past     int
	exchange, shipping      int
	negotiation, asPlace    int
	venue, ceasefire, pause int
	breach, urge, propose   int
	prepare, inForce        int
	condition, infinitive   int
	confirm, joint          int
	discussed               int
	agreeProposal           int

	speaks, attributes, accuses int // see speaker.go
	accused, otherVoice, and    int

	accept, reject int // see doer.go

	talksObject, setting, peace int // see object.go
	talksNoDeal, noAttack       int // see held.go

	weakConsent, willKeep, mirrored int // see offered.go

	notYet, noAfter, that, but, undone int // see negated.go

	agenda, meets int // see agenda.go
}

func (t *topic) bindRoles(class func(string) int) {
	r := &t.roles
	for _, s := range t.sides {
		r.side = append(r.side, class("side:"+s))
		r.ground = append(r.ground, class("ground:"+s))
	}
	for _, x := range []struct {
		name string
		into *int
	}{
		{"third", &r.third}, {"war_name", &r.war}, {"other", &r.other}, {"outlet", &r.outlet}, {"cites", &r.cites},
		{"agree", &r.agree}, {"declare", &r.declare}, {"end_verb", &r.end}, {"swapped", &r.swapped},
		{"collective", &r.collective}, {"say", &r.say}, {"not", &r.not}, {"unreal", &r.unreal},
		{"arrangement", &r.arrangement}, {"unilateral", &r.unilateral}, {"deny", &r.deny},
		{"predict", &r.predict}, {"past", &r.past}, {"exchange", &r.exchange}, {"shipping", &r.shipping},
		{"negotiation", &r.negotiation}, {"as_place", &r.asPlace}, {"venue", &r.venue}, {"ceasefire", &r.ceasefire},
		{"strike_pause", &r.pause},
		{"breach", &r.breach}, {"urge", &r.urge}, {"propose", &r.propose}, {"prepare", &r.prepare}, {"in_force", &r.inForce},
		{"condition", &r.condition}, {"infinitive", &r.infinitive}, {"confirm", &r.confirm}, {"joint_accord", &r.joint},
		{"discussed", &r.discussed}, {"agree_proposal", &r.agreeProposal},
		{"speaks", &r.speaks}, {"attributes", &r.attributes}, {"accuses", &r.accuses}, {"accused", &r.accused},
		{"other_voice", &r.otherVoice}, {"and", &r.and},
		{"accept", &r.accept}, {"reject", &r.reject},
		{"talks_object", &r.talksObject}, {"setting", &r.setting}, {"peace", &r.peace}, {"talks_no_deal", &r.talksNoDeal}, {"no_attack", &r.noAttack},
		{"weak_consent", &r.weakConsent}, {"will_keep", &r.willKeep}, {"mirrored", &r.mirrored},
		{"not_yet", &r.notYet}, {"no_after", &r.noAfter}, {"that", &r.that}, {"but", &r.but}, {"undone", &r.undone},
		{"agenda", &r.agenda}, {"meet", &r.meets},
	} {
		*x.into = class(x.name)
	}
}

// commitment is who committed to an arrangement, as title and lede tell it.
type commitment struct {
	value string // both, one:SIDE, third; "" when nobody did
	side  string // the SIDE
	stage string // agreed, in_effect or ended
	plain bool   // the title says it outright
	mark  mark   // the verb
}

// clause is one verb of committing with those whose act it is.
type clause struct {
	verb    mark
	title   bool
	sides   uint32 // parties
	third   bool
	all     bool // "both sides", "the delegations"
	after   bool // sides are named after the verb alone
	speaker uint32
	told    bool // a third party speaks of it
	mutual  bool // the verb takes two: agree, sign, exchange
	with    bool // the party is the one a third party agreed with
}

// committed reads who agreed, declared, carried out or ended something.
func (v *view) committed() commitment {
	v.clauses = v.clauses[:0]
	for i := range v.spots {
		if v.spots[i].field == inBody {
			break
		}
		v.clauses = v.clausesOf(&v.spots[i], v.clauses)
	}
	return v.weighClauses(v.clauses)
}

// clausesOf adds the sentence's verbs of committing, leaving out what is denied,
// wished for, planned or about something else.
func (v *view) clausesOf(sp *spot, out []clause) []clause {
	r := &v.t.roles
	for _, m := range v.marks[sp.marks:sp.mend] {
		c := int(m.class)
		if c == r.confirm && sp.set.has(r.exchange) {
			// Both parties confirm it, or one does after a meeting: an exchange takes two.
			s, _, _ := v.named(sp, sp.first, m.first)
			if s != 0 && v.in[inTitle].has(r.venue) && v.covers(sp, m, r.agree) {
				s = uint32(1)<<len(r.side) - 1
			}
			if s == uint32(1)<<len(r.side)-1 && !v.after(sp, m, r.not, 8) && !v.after(sp, m, r.unreal, 8) && !v.after(sp, m, r.prepare, 8) {
				out = append(out, clause{verb: m, title: sp.field == inTitle, sides: s, mutual: true})
			}
			continue
		}
		if c != r.agree && c != r.declare && c != r.end && c != r.swapped {
			continue
		}
		if c == r.end && !v.near(sp, m, r.arrangement, 5) {
			continue
		}
		if !sp.set.has(r.arrangement) && !(sp.field == inLede && v.in[inTitle].has(r.arrangement)) {
			continue
		}
		if v.before(sp, m, r.not, 4) || v.negated(sp, m) || v.before(sp, m, r.unreal, 4) || v.covers(sp, m, v.t.arranged) || v.covers(sp, m, r.weakConsent) ||
			v.before(sp, m, r.infinitive, 1) || v.before(sp, m, r.deny, 8) || v.after(sp, m, r.condition, 12) || v.near(sp, m, r.mirrored, 8) {
			continue
		}
		if c == r.agree && sp.field == inLede && v.before(sp, m, r.breach, 6) {
			continue // "fired at the agreed corridor"
		}
		if c == r.declare && (v.before(sp, m, r.propose, 2) || sp.field == inLede && v.in[inTitle].has(r.propose) && v.before(sp, m, r.propose, 12)) {
			continue // "proposes extending it"
		}
		if c == r.declare && v.after(sp, m, r.end, 3) {
			continue // "announces its withdrawal from"
		}
		cl := v.subject(sp, m)
		if v.covers(sp, m, r.agreeProposal) && cl.sides != uint32(1)<<len(r.side)-1 && !cl.all {
			continue // one accepts what was proposed
		}
		out = append(out, cl)
	}
	return out
}

// near tells whether a class stands within n tokens of a mark.
func (v *view) near(sp *spot, m mark, class int, n int32) bool {
	for _, o := range v.marks[sp.marks:sp.mend] {
		if int(o.class) == class && o.first-m.last <= n && m.first-o.last <= n {
			return true
		}
	}
	return false
}

// before tells whether a class stands at most n tokens before a mark.
func (v *view) before(sp *spot, m mark, class int, n int32) bool {
	for _, o := range v.marks[sp.marks:sp.mend] {
		if int(o.class) == class && o.last < m.first && m.first-o.last <= n {
			return true
		}
	}
	return false
}

// after tells whether a class stands at most n tokens after a mark.
func (v *view) after(sp *spot, m mark, class int, n int32) bool {
	for _, o := range v.marks[sp.marks:sp.mend] {
		if int(o.class) == class && o.first > m.last && o.first-m.last <= n {
			return true
		}
	}
	return false
}

// covers tells whether a class overlaps a mark.
func (v *view) covers(sp *spot, m mark, class int) bool {
	for _, o := range v.marks[sp.marks:sp.mend] {
		if int(o.class) == class && o.first <= m.last && o.last >= m.first {
			return true
		}
	}
	return false
}

// subject finds whose act a verb is. Who stands before a word of saying or a
// colon speaks of it and is not taken to have done it.
func (v *view) subject(sp *spot, verb mark) clause {
	r := &v.t.roles
	c := clause{verb: verb, title: sp.field == inTitle, mutual: int(verb.class) == r.agree || int(verb.class) == r.swapped}
	from := sp.first
	for _, o := range v.marks[sp.marks:sp.mend] {
		if int(o.class) == r.say && o.last < verb.first && o.last >= from {
			from = o.last + 1
		}
	}
	f := v.s.fields[sp.field]
	if i := strings.LastIndexByte(f[:v.s.tokens[verb.first].start], ':'); i >= 0 {
		for t := sp.first; t < verb.first; t++ {
			if int(v.s.tokens[t].end) <= i {
				from = max(from, t+1)
			}
		}
	}
	c.speaker, c.told, _ = v.named(sp, sp.first, from)
	c.sides, c.third, c.all = v.named(sp, from, verb.first)
	if c.third && c.sides == 0 && !c.all && int(verb.class) == r.agree {
		// "Washington agreed with Moscow on …": that binds Moscow.
		if s, _, _ := v.named(sp, verb.last+1, verb.last+4); s != uint32(1)<<len(r.side)-1 {
			c.sides, c.with = s, s != 0
		}
	}
	if c.sides == 0 && !c.third && !c.all && !c.mutual && c.speaker != 0 {
		c.after = true // "X says it ends the truce with Y": who speaks, not Y
		return c
	}
	if c.sides == 0 && !c.third && !c.all {
		end := sp.past
		for _, o := range v.marks[sp.marks:sp.mend] { // "… agreed, X says"
			if int(o.class) == r.say && o.first > verb.last {
				s, t, _ := v.named(sp, verb.last+1, sp.past)
				c.speaker |= s
				c.told = c.told || t
				end = verb.last + 1
			}
		}
		c.sides, c.third, c.all = v.named(sp, verb.last+1, end)
		c.after = true
		if !c.mutual {
			c.all = false // "decision announced after the delegations met"
		}
	}
	return c
}

// named lists who is named as acting between two tokens.
func (v *view) named(sp *spot, from, to int32) (sides uint32, third, all bool) {
	r := &v.t.roles
	for _, o := range v.marks[sp.marks:sp.mend] {
		if o.first < from || o.last >= to {
			continue
		}
		for i, c := range r.side {
			if int(o.class) == c && !v.covers(sp, o, r.asPlace) {
				sides |= 1 << i
			}
		}
		third = third || int(o.class) == r.third
		all = all || int(o.class) == r.collective
	}
	return
}

// weighClauses decides from all verbs of committing. Both needs both parties,
// or words that stand for both, as those who act; a one-sided word forbids it.
func (v *view) weighClauses(clauses []clause) commitment {
	r := &v.t.roles
	both := uint32(1)<<len(r.side) - 1
	unilateral := v.in[inTitle].has(r.unilateral) || v.in[inLede].has(r.unilateral)
	var pick *clause
	var mutual uint32
	round := v.in[inTitle].has(r.venue) && v.in[inTitle].has(r.negotiation)
	var shared *clause // "Washington and Moscow agreed"
	for i := range clauses {
		c := &clauses[i]
		if shared == nil && int(c.verb.class) == r.agree && c.third && c.sides != 0 && c.sides != both {
			shared = c
		}
		if round && !unilateral && c.sides == both && int(c.verb.class) == r.agree && v.alike(c) {
			return commitment{value: "both", mark: c.verb, plain: c.title, stage: "agreed"} // one announces what a round agreed
		}
		if c.mutual && !c.with && (!c.third || c.sides != 0) {
			mutual |= c.sides
		}
		if pick == nil && (c.sides != 0 || c.all || c.third || c.told || c.speaker != 0) {
			pick = c
		}
	}
	if pick == nil {
		return v.outcome(clauses, unilateral)
	}
	if shared != nil && pick.sides == 0 && !pick.mutual && pick.third {
		pick = shared
	}
	// "Putin and Trump agree": what either does besides with whom makes it no one else's.
	bilateral := pick.third && pick.sides != 0 && pick.sides != both
	out := commitment{mark: pick.verb, plain: pick.title, stage: "agreed"}
	switch int(pick.verb.class) {
	case r.end:
		out.stage = "ended"
	case r.swapped:
		out.stage = "in_effect"
	}
	sides := pick.sides
	switch {
	case pick.all && pick.mutual && !unilateral && !bilateral, sides == both && pick.mutual && !unilateral,
		sides == both && int(pick.verb.class) == r.declare && !unilateral && v.together(pick),
		pick.mutual && mutual == both && !unilateral && !bilateral:
		out.value = "both"
	case sides == 0 && pick.mutual && !unilateral && v.in[inTitle].has(r.exchange) && (v.in[inTitle].has(r.venue) || v.in[inLede].has(r.venue)) && pick.speaker != 0:
		out.value = "both" // "swap agreed in Istanbul", a negotiator says: an exchange takes two
	case sides == 0 && (pick.third || pick.told && pick.speaker == 0):
		out.value = "third"
		if v.confirmed() && !unilateral {
			out.value = "both"
		}
	case sides == 0:
		sides = pick.speaker
		fallthrough
	default:
		out.value, out.side = v.one(sides, pick)
	}
	return out
}

// outcome reads an exchange agreed at talks when nobody is named as agreeing: it
// takes two.
func (v *view) outcome(clauses []clause, unilateral bool) commitment {
	r := &v.t.roles
	title := &v.in[inTitle]
	if unilateral || title.has(r.ceasefire) && !title.has(r.exchange) || !title.has(r.venue) && !title.has(r.negotiation) {
		return commitment{}
	}
	for _, c := range clauses {
		if int(c.verb.class) != r.agree {
			continue
		}
		for i := range v.spots {
			if sp := &v.spots[i]; c.verb.first >= sp.first && c.verb.last < sp.past && v.near(sp, c.verb, r.exchange, 6) {
				return commitment{value: "both", mark: c.verb, plain: true, stage: "agreed"}
			}
		}
	}
	return commitment{}
}

// alike tells whether a clause speaks of the title's kind of arrangement: one
// party's truce is not shared because both agreed on an exchange.
func (v *view) alike(c *clause) bool {
	r := &v.t.roles
	title := &v.in[inTitle]
	for i := range v.spots {
		if sp := &v.spots[i]; c.verb.first >= sp.first && c.verb.last < sp.past {
			return !(title.has(r.ceasefire) || title.has(r.pause)) || (sp.set.has(r.ceasefire) || sp.set.has(r.pause)) && !sp.set.has(r.exchange)
		}
	}
	return false
}

// together tells "Kyiv and Moscow announce": both parties before the verb.
func (v *view) together(c *clause) bool {
	for i := range v.spots {
		if sp := &v.spots[i]; c.verb.first >= sp.first && c.verb.last < sp.past {
			s, _, _ := v.named(sp, sp.first, c.verb.first)
			return s == uint32(1)<<len(v.t.sides)-1
		}
	}
	return false
}

// confirmed tells whether the lede has both parties, or "both sides", take an
// obligation themselves, not only a mediator announce it.
func (v *view) confirmed() bool {
	r := &v.t.roles
	for i := range v.spots {
		sp := &v.spots[i]
		if sp.field == inBody || sp.set.has(r.not) || !sp.set.has(r.agree) && !v.in[inTitle].has(r.shipping) && !v.in[inTitle].has(r.exchange) {
			continue
		}
		if sides, _, all := v.named(sp, sp.first, sp.past); all || sides == uint32(1)<<len(r.side)-1 {
			return true
		}
	}
	return false
}

// one names the party that acted: the first of those named.
func (v *view) one(sides uint32, c *clause) (value, side string) {
	for i := range v.spots {
		sp := &v.spots[i]
		if c.verb.first < sp.first || c.verb.last >= sp.past {
			continue
		}
		for _, o := range v.marks[sp.marks:sp.mend] {
			for j, cl := range v.t.roles.side {
				if int(o.class) == cl && sides&(1<<j) != 0 && !v.covers(sp, o, v.t.roles.asPlace) {
					return "one:" + v.t.sides[j], v.t.sides[j]
				}
			}
		}
	}
	return "", ""
}

// inferred is who committed when the models say something was agreed or carried
// out and no verb says by whom: an exchange or a shipping deal takes two, and
// talks of both delegations bind both; a mediator's call with one party binds that one.
func (v *view) inferred(stage string) commitment {
	r := &v.t.roles
	both := uint32(1)<<len(r.side) - 1
	has := func(c int) bool { return v.in[inTitle].has(c) || v.in[inLede].has(c) }
	t := &v.in[inTitle]
	done := t.has(r.agree) || t.has(r.declare)
	carried := done || t.has(r.swapped) || t.has(r.inForce) || t.has(r.end) || has(r.agree) || t.has(r.exchange) && has(r.venue)
	if stage == "ended" && !has(r.unilateral) {
		return commitment{} // what runs out is nobody's act
	}
	if !done && (t.has(r.discussed) || has(r.discussed) && !has(r.agree) && !t.has(r.exchange)) || !done && !has(r.venue) && t.has(r.prepare) && !t.has(r.swapped) && !t.has(r.inForce) {
		return commitment{} // talked about or planned
	}
	if t.has(r.past) || t.has(r.breach) || t.has(r.deny) || t.has(r.urge) && !t.has(r.venue) || !done && t.has(r.urge) || !carried && (t.has(r.propose) || t.has(r.prepare) || t.has(r.unreal)) {
		return commitment{} // wished for, planned or long past
	}
	if !done && !t.has(r.swapped) && !t.has(r.inForce) && !has(r.joint) && !has(r.exchange) && (t.has(r.propose) || has(r.propose) && !has(r.agree)) {
		return commitment{} // offered, to both as it may be
	}
	var sides, title uint32
	third, all := false, false
	var at mark
	found := false
	for i := range v.spots {
		sp := &v.spots[i]
		if sp.field == inBody {
			break
		}
		s, t, a := v.named(sp, sp.first, sp.past)
		sides |= s
		third, all = third || t, all || a
		if sp.field == inTitle {
			title |= s
		}
		if m, ok := v.evidence(r.arrangement, sp.field); ok && !found {
			at, found = m, true
		}
	}
	alone := title != 0 && title != both && !has(r.exchange)
	if m, ok := v.evidence(r.joint, fieldCount); ok && !alone && has(r.joint) && !has(r.unilateral) && !has(r.breach) && !t.has(r.not) && !t.has(r.urge) && !t.has(r.end) {
		return commitment{value: "both", stage: stage, mark: m} // a round's agreement is told or carried out
	}
	if !found {
		return commitment{}
	}
	out := commitment{stage: stage, mark: at}
	single := title != 0 && title != both
	if v.in[inTitle].has(r.not) && !has(r.exchange) && !single {
		return commitment{}
	}
	trade := v.in[inTitle].has(r.exchange) || v.in[inTitle].has(r.shipping)
	mutual := has(r.exchange) || has(r.shipping) && (!single || has(r.agree)) || has(r.venue) && !single && !v.in[inTitle].has(r.pause) && (has(r.agree) && has(r.negotiation) || has(r.ceasefire) && !has(r.declare))
	switch {
	case has(r.unilateral), !trade && third && single, !mutual && third && sides != both && sides != 0:
		if title == 0 || title == both {
			title = sides
		}
		if title == both || title == 0 {
			return commitment{}
		}
		for j := range v.t.sides {
			if title&(1<<j) != 0 {
				out.value, out.side = "one:"+v.t.sides[j], v.t.sides[j]
			}
		}
	case mutual && (sides == both || all || sides == 0), all && (sides == both || sides == 0 && has(r.collective)):
		out.value = "both"
	}
	return out
}
