package monitor

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"sync"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor/feed"
)

// document is what is remembered of a document that was read whole.
type document struct {
	sum     [16]byte
	entries int
	kind    string
	hints   feed.Hints
	mended  string
}

// lastDocuments remembers, of each feed, the last document whose entries were stored.
// A server without validators sends the same bytes again and again: they need not be
// read again. It lives as long as the process, so a new version of the program reads
// every document with its own eyes; and since the answer was a whole document, it
// counts as one, for the daily full read as for everything else.
type lastDocuments struct {
	mu sync.Mutex
	of map[news.FeedID]document
}

// digest identifies a body with all that reading it depends on but the time.
func digest(f news.Feed, resp egress.Response) (sum [16]byte) {
	h := sha256.New()
	for _, s := range [...]string{resp.FinalURL, resp.ContentType, f.Lang, f.Zone} {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	h.Write(resp.Body)
	copy(sum[:], h.Sum(nil))
	return sum
}

// again completes the outcome of a body that is the feed's last document.
func (l *lastDocuments) again(id news.FeedID, sum [16]byte, o *Outcome) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	d, ok := l.of[id]
	if !ok || d.sum != sum {
		return false
	}
	o.Result, o.Kind, o.Hints, o.Mended, o.document = Read, d.kind, d.hints, d.mended, d
	return true
}

// Stored takes note of polls whose entries are in the store for good.
func (p *Poller) Stored(polls []news.Poll) {
	l := &p.last
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[news.FeedID]document{}
	}
	for _, poll := range polls {
		o, ok := poll.Outcome.(Outcome)
		switch {
		case !ok || o.Result == Unchanged || o.Result == Failed || o.Result == Stopped:
			// The document before is still the last one.
		case o.document.sum == [16]byte{}:
			delete(l.of, poll.Feed.ID)
		default:
			d := o.document
			d.mended = strings.Clone(d.mended)
			l.of[poll.Feed.ID] = d
		}
	}
}
