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
	marked   marked
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
