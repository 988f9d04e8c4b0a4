package story

import (
	"cmp"
	"slices"
	"sync"

	"trucewatch/internal/news"
)

// desk is the memory Place works in, used again and again: a placing decodes some
// hundred reports and keeps nothing of them.
type desk struct {
	order    []int
	nodes    []node
	likes    []likeness
	sketches [][]sketch // in pieces, which stay where they are
	near     tally
	kept     []float64 // by the number of a term: the share of its weight the crowd leaves it
	own      []uint8   // one more than where the item has the term; 0: nowhere
}

// count counts a report in the crowd, for as much as by says, and notes the numbers of its
// terms, of which all reports of a placing have less than 1<<16: what is asked of each term
// hereafter is asked of its number.
func (d *desk) count(s *sketch, by float32) {
	d.near.total += by
	for i := range s.terms {
		n := d.near.number(s.terms[i].id)
		s.terms[i].number = uint16(n)
		if n != 0 {
			d.near.n[n] += by
		}
	}
}

// compareWith makes item the one that all others are compared with, and c their crowd. All
// were counted.
func (d *desk) compareWith(item *sketch, c *crowd) {
	d.kept = d.kept[:0]
	for _, n := range d.near.n {
		d.kept = append(d.kept, c.keeps(int(n*crowdSteps+.5)))
	}
	d.own = slices.Grow(d.own[:0], len(d.near.n))[:len(d.near.n)]
	clear(d.own)
	d.weigh(item, nil)
	item.crowd = c.size()
	for i, t := range item.terms {
		if t.number != 0 {
			d.own[t.number] = uint8(i + 1)
		}
	}
}

// weigh weighs the terms of a report by the crowd and adds those that it shares with the
// item, in the order of ids.
func (d *desk) weigh(s *sketch, both []shared) []shared {
	for i := range s.terms {
		t := &s.terms[i]
		t.weight = weighed(t.weight, d.kept[t.number])
		if at := d.own[t.number]; at != 0 {
			both = append(both, shared{at - 1, uint8(i)})
		}
	}
	s.totals()
	return both
}

var desks = sync.Pool{New: func() any { return new(desk) }}

const deskPiece = 16

// sketch is the i-th place to decode a report to; no place before it is passed over.
func (d *desk) sketch(i int) *sketch {
	if i/deskPiece == len(d.sketches) {
		d.sketches = append(d.sketches, make([]sketch, deskPiece))
	}
	return &d.sketches[i/deskPiece][i%deskPiece]
}

// newest is the order of candidates in which those opened last come first.
func (d *desk) newest(cands []news.StoryCandidate) []int {
	d.order = d.order[:0]
	for i := range cands {
		d.order = append(d.order, i)
	}
	slices.SortFunc(d.order, func(a, b int) int { return cmp.Compare(cands[b].Story, cands[a].Story) })
	return d.order
}
