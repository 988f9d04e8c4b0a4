package tag

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
	refuse                  int
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
		{"predict", &r.predict}, {"past", &r.past}, {"refuse", &r.refuse},
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

// committed reads who agreed, declared, carried out or ended something. The
// first sentence that says so decides, the title before the lede.
func (v *view) committed() commitment {
	r := &v.t.roles
	var found commitment
	for i := range v.spots {
		sp := &v.spots[i]
		if sp.field == inBody {
			break
		}
		for _, m := range v.marks[sp.marks:sp.mend] {
			c := int(m.class)
			if c != r.agree && c != r.declare && c != r.end && c != r.swapped {
				continue
			}
			if !sp.set.has(r.arrangement) && !(sp.field == inLede && v.in[inTitle].has(r.arrangement)) {
				continue
			}
			if v.before(sp, m, r.not, 3) || v.before(sp, m, r.unreal, 4) {
				continue
			}
			got := v.subject(sp, m)
			if got.value == "" {
				continue
			}
			got.mark, got.stage = m, "agreed"
			if c == r.end {
				got.stage = "ended"
			}
			if c == r.swapped {
				got.stage = "in_effect"
			}
			got.plain = sp.field == inTitle
			if found.value == "" {
				found = got
			}
		}
	}
	return found
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

// subject finds whose act a verb is.
func (v *view) subject(sp *spot, verb mark) commitment {
	r := &v.t.roles
	from := sp.first
	for _, o := range v.marks[sp.marks:sp.mend] { // "X says Y agreed": the subject stands after the saying
		if int(o.class) == r.say && o.last < verb.first && o.last >= from {
			from = o.last + 1
		}
	}
	count := func(a, b int32) (sides uint32, third, collective bool) {
		for _, o := range v.marks[sp.marks:sp.mend] {
			if o.first < a || o.last >= b {
				continue
			}
			for i, c := range r.side {
				if int(o.class) == c {
					sides |= 1 << i
				}
			}
			third = third || int(o.class) == r.third
			collective = collective || int(o.class) == r.collective
		}
		return
	}
	both := uint32(1)<<len(r.side) - 1
	sides, third, collective := count(from, verb.first)
	if sides == 0 && !third && !collective {
		sides, third, collective = count(verb.last+1, sp.past)
	}
	alone := int(verb.class) == r.declare || int(verb.class) == r.end || v.in[inTitle].has(r.unilateral)
	switch {
	case collective || sides == both:
		if alone && !collective {
			// "Russia declares … with Ukraine": the first named acts.
			for _, o := range v.marks[sp.marks:sp.mend] {
				for i, c := range r.side {
					if int(o.class) == c && o.first >= from {
						return v.one(i)
					}
				}
			}
		}
		if v.in[inTitle].has(r.unilateral) {
			break
		}
		return commitment{value: "both"}
	case sides != 0:
		for i := range r.side {
			if sides&(1<<i) != 0 {
				return v.one(i)
			}
		}
	case third:
		return commitment{value: "third"}
	}
	return commitment{}
}

func (v *view) one(side int) commitment {
	return commitment{value: "one:" + v.t.sides[side], side: v.t.sides[side]}
}
