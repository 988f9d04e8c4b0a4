package tag

import (
	"slices"

	"trucewatch/internal/news"
)

// mark is one class standing somewhere in the text.
type mark struct {
	class       int16
	pattern     int32 // -1 when a rule made it
	first, last int32 // tokens
}

// spot is one sentence as a topic sees it.
type spot struct {
	field        int32
	set          classSet
	marks, mend  int32
	first, past  int32  // tokens
	sides        uint32 // bits of the parties present, by actor or ground
	parties      uint32 // bits of the parties present as actors
	acts, factor float64
}

// view is a scanned text through one topic's classes.
type view struct {
	t     *topic
	s     *scan
	marks []mark
	spots []spot
	in    [fieldCount]classSet // classes by field
	with  [fieldCount]classSet // classes that stand in a sentence with a party or its ground
	sides [fieldCount]uint32

	tags    []news.Tag // memory to work in
	votes   []vote
	clauses []clause
}

// look classifies the hits and applies the rules, sentence by sentence.
func (t *topic) look(v *view, s *scan) {
	v.t, v.s = t, s
	v.marks, v.spots = v.marks[:0], v.spots[:0]
	v.in, v.with, v.sides = [fieldCount]classSet{}, [fieldCount]classSet{}, [fieldCount]uint32{}
	for i := range s.sentences {
		sent := &s.sentences[i]
		if sent.hits == sent.hend {
			continue
		}
		sp := spot{field: sent.field, first: sent.first, past: sent.past, marks: int32(len(v.marks))}
		for n, h := range s.hits[sent.hits:sent.hend] {
			if int32(len(v.marks))-sp.marks > maxMarks {
				break
			}
			for _, c := range t.of[h.pattern] {
				if t.commits(int(c)) && t.undone(s.hits[sent.hits:sent.hend], n) {
					continue
				}
				v.marks = append(v.marks, mark{c, h.pattern, h.first, h.last})
				sp.set.add(int(c))
			}
		}
		sp.mend = int32(len(v.marks))
		if sp.mend == sp.marks {
			continue
		}
		if sent.field != inBody || t.weigh.any(&sp.set) {
			for r := range t.rules {
				t.rules[r].apply(v, &sp)
			}
		}
		for b := range t.sides {
			if c := t.roles.side[b]; sp.set.has(c) {
				sp.parties |= 1 << b
			}
			if sp.parties&(1<<b) != 0 || sp.set.has(t.roles.ground[b]) {
				sp.sides |= 1 << b
			}
		}
		if sp.set.has(t.roles.war) {
			sp.sides |= 1<<len(t.sides) - 1
		}
		v.sides[sp.field] |= sp.sides
		for w := range sp.set {
			v.in[sp.field][w] |= sp.set[w]
			if sp.sides != 0 {
				v.with[sp.field][w] |= sp.set[w]
			}
		}
		v.spots = append(v.spots, sp)
	}
}

// commits tells the classes of verbs that commit somebody.
func (t *topic) commits(class int) bool {
	return class == t.roles.agree || class == t.roles.declare || class == t.roles.swapped
}

// undoneSpan bounds in words how long before a verb the words begin that make it undone.
const undoneSpan = 10

// undone is whether the n-th hit, a verb, stands in words that tell it as something to do:
// "extending", "to extend", "should be extended". Hits are in the order of their first words.
func (t *topic) undone(hits []hit, n int) bool {
	verb := hits[n].first
	for n+1 < len(hits) && hits[n+1].first == verb {
		n++
	}
	for ; n >= 0 && verb-hits[n].first <= undoneSpan; n-- {
		o := &hits[n]
		if o.last >= verb && (o.first < verb || o.last == verb) && slices.Contains(t.of[o.pattern], int16(t.roles.undone)) {
			return true
		}
	}
	return false
}

// apply adds the rule's class to a sentence that shows all it asks for.
func (r *compiledRule) apply(v *view, sp *spot) {
	for _, row := range r.all {
		found := false
		for _, c := range row {
			found = found || sp.set.has(c)
		}
		if !found {
			return
		}
	}
	for _, c := range r.none {
		if sp.set.has(c) {
			return
		}
	}
	first, last, ok := r.find(v, sp, 0, -1, -1)
	if !ok {
		return
	}
	v.marks = append(v.marks, mark{int16(r.id), -1, first, last})
	sp.mend = int32(len(v.marks))
	sp.set.add(r.id)
}

// find places the classes from the i-th on, given the tokens covered so far.
func (r *compiledRule) find(v *view, sp *spot, i int, first, last int32) (int32, int32, bool) {
	if i == len(r.all) {
		return first, last, true
	}
	for _, m := range v.marks[sp.marks:sp.mend] {
		if r.order && m.first <= last || r.apart && first >= 0 && m.first <= last && m.last >= first {
			continue
		}
		match := false
		for _, c := range r.all[i] {
			match = match || int(m.class) == c
		}
		if !match {
			continue
		}
		f, l := m.first, max(m.last, last)
		if first >= 0 {
			f = min(first, m.first)
		}
		if r.within > 0 && l-f >= r.within {
			continue
		}
		if f, l, ok := r.find(v, sp, i+1, f, l); ok {
			return f, l, true
		}
	}
	return 0, 0, false
}

// evidence is where a class first stands in a field (fieldCount: anywhere).
func (v *view) evidence(class int, field int32) (mark, bool) {
	for i := range v.spots {
		sp := &v.spots[i]
		if (field != fieldCount && sp.field != field) || !sp.set.has(class) {
			continue
		}
		for _, m := range v.marks[sp.marks:sp.mend] {
			if int(m.class) == class {
				return m, true
			}
		}
	}
	return mark{}, false
}
