package story

import "sync"

// desk is the memory Place works in, used again and again: a placing decodes some
// hundred reports and keeps nothing of them.
type desk struct {
	nodes    []node
	owner    []int
	sketches [][]sketch // in pieces, which stay where they are
	near     tally
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
