package monitor

import (
	"context"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
)

// A document is passed over only when its entries are stored, and when reading it
// again would give the same.
func TestTheSameBytesAreReadOnce(t *testing.T) {
	resp := answer(200, rss(3))
	p := &Poller{Fetch: fetchFunc(func(context.Context, egress.Request) (egress.Response, error) { return resp, nil })}
	f := news.Feed{ID: 7, Name: "Example Wire", URL: feedURL}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	poll := func(stored bool) news.Poll {
		t.Helper()
		got := p.Poll(t.Context(), f, now)
		if stored {
			p.Stored([]news.Poll{got})
		}
		return got
	}
	check := func(what string, got news.Poll, entries, same int) {
		t.Helper()
		if len(got.Entries) != entries || got.Same != same {
			t.Errorf("%s: %d entries to store and %d passed over, want %d and %d", what, len(got.Entries), got.Same, entries, same)
		}
	}
	check("first", poll(false), 3, 0)
	check("again, after storing failed", poll(true), 3, 0)
	same := poll(true)
	check("again, stored", same, 0, 3)
	if o, first := same.Outcome.(Outcome), (Outcome{Result: Read, Status: 200, FinalURL: feedURL, ETag: `"v2"`, Kind: "rss"}); o.Result != first.Result || o.ETag != first.ETag || o.Kind != first.Kind {
		t.Errorf("passed over as %+v, want it to count as read: %+v", o, first)
	}
	st := p.State(same, news.Overlap{Entries: 3, Known: 3})
	if !st.LastFull.Equal(now) || st.ETag != `"v2"` {
		t.Errorf("full read at %v with validator %s, want it to be one", st.LastFull, st.ETag)
	}
	check("a third time", poll(true), 0, 3)

	resp.Status = 503
	resp.Body = []byte("busy")
	check("a server in trouble", poll(true), 0, 0)
	resp = answer(200, rss(3))
	check("the same after it", poll(true), 0, 3)

	f.Zone = "Europe/Kyiv"
	check("dates in another zone", poll(true), 3, 0)
	f.ID = 8
	check("another feed", poll(true), 3, 0)
	resp = answer(200, strings.Replace(rss(3), "met.", "met again.", 1))
	check("an edited document", poll(true), 3, 0)
	check("and again", poll(true), 0, 3)

	cut := answer(200, rss(3)[:strings.LastIndex(rss(3), "<item>")+20])
	resp = cut
	check("cut short", poll(true), 2, 0)
	check("cut short in the same place", poll(true), 2, 0)
}
