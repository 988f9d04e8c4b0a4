package store

import (
	"cmp"
	"context"
	"slices"

	"trucewatch/internal/news"
)

// What an import brings of long ago is put together when it ends (rebuild.go), so
// comparing it as it comes would be done twice: until then each report is a
// development of its own, and only what repeats another joins it. Compared at once is
// what a live report may belong to, or what may belong to one: reports of the last
// days, and those near news that a live poll saw or a channel was told of.

// putOffAge is how old news is that no live report is near, which looks storyWindow back.
const putOffAge = 2 * storyWindow

// putOffWhy is why a report is in a development of its own until then.
const putOffWhy = "history: put together with what else was news then once the import ends"

// putOff reports whether an imported item is placed when the import ends.
func (r *recall) putOff(ctx context.Context, tx transaction, p news.Prepared) (bool, error) {
	it := p.Work.Item
	if bestRelevance(p.Topics) == news.None {
		return true, nil // and not even then
	}
	when := news.Time(it.Published, it.Seen)
	if r.heard == nil {
		var err error
		if r.heard, err = heardSpans(ctx, tx); err != nil {
			return false, err
		}
	}
	if it.Seen.Sub(when) > putOffAge && !r.heard.near(ms(when)) {
		return true, nil
	}
	r.heard = r.heard.add(span{ms(when), ms(when)}) // it may join what is live, and others may join it there
	return false, nil
}

// heardSpans are the times of the developments that a live poll saw or a channel was
// told of.
func heardSpans(ctx context.Context, tx transaction) (spans, error) {
	out := spans{}
	err := eachRow(ctx, tx, `SELECT first, last FROM stories WHERE live_seen <> 0
		UNION SELECT first, last FROM stories WHERE id IN (SELECT story FROM told) ORDER BY 1`, func(row scanner) error {
		var s span
		err := row.Scan(&s.from, &s.to)
		out = out.add(s)
		return err
	})
	return out, err
}

// span is a stretch of news times in milliseconds, both ends within.
type span struct{ from, to int64 }

// spans are stretches of time, the earliest first, further than storyWindow apart.
type spans []span

// near reports whether a time lies within storyWindow of one of them.
func (s spans) near(when int64) bool {
	i, n := s.reached(span{when, when})
	return i < n
}

// reached are those, from the i-th up to the one before the n-th, that lie within
// storyWindow of a stretch.
func (s spans) reached(of span) (i, n int) {
	w := storyWindow.Milliseconds()
	i, _ = slices.BinarySearchFunc(s, of.from-w, func(s span, t int64) int { return cmp.Compare(s.to, t) })
	for n = i; n < len(s) && s[n].from <= of.to+w; n++ {
	}
	return i, n
}

// add returns s with another stretch, one with those it reaches.
func (s spans) add(of span) spans {
	i, n := s.reached(of)
	if i < n {
		of = span{min(of.from, s[i].from), max(of.to, s[n-1].to)}
	}
	return slices.Replace(s, i, n, of)
}
