package monitor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
)

type fetchFunc func(ctx context.Context, r egress.Request) (egress.Response, error)

func (f fetchFunc) Fetch(ctx context.Context, r egress.Request) (egress.Response, error) {
	return f(ctx, r)
}

// rss is a sound document of n items.
func rss(n int) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Example Wire</title><link>https://wire.example/</link>`)
	for i := range n {
		fmt.Fprintf(&b, "<item><title>Talks, day %d</title><guid>id-%d</guid><link>https://wire.example/%d</link><description>Both sides met.</description></item>", i, i, i)
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// answer is what the server of feedURL says to a plain request.
func answer(status int, body string) egress.Response {
	return egress.Response{Status: status, FinalURL: feedURL, Body: []byte(body), Bytes: int64(len(body)), ContentType: "application/rss+xml", ETag: `"v2"`, Took: time.Second}
}

func TestPollSaysWhatHappened(t *testing.T) {
	cut := answer(200, rss(3)[:strings.LastIndex(rss(3), "<item>")+20])
	cut.Truncated = true
	empty := cut
	empty.Body = []byte("<rss><channel>")
	asked := answer(304, "")
	asked.Conditional = true
	hops := answer(410, "")
	hops.Hops = []egress.Hop{{URL: feedURL, Status: 302}}
	moved := answer(200, rss(2))
	moved.Permanent, moved.Hops = newURL, []egress.Hop{{URL: feedURL, Status: 308}}
	aged := answer(200, rss(1))
	aged.HasMaxAge, aged.MaxAge = true, time.Hour
	late := &egress.Error{Kind: egress.Cut, Host: "wire.example"}

	for _, row := range []struct {
		name    string
		resp    egress.Response
		err     error
		result  Result
		entries int
		words   string
		check   func(Outcome) bool
	}{
		{"a sound document", answer(200, rss(3)), nil, Read, 3, "", func(o Outcome) bool { return o.ETag == `"v2"` && o.FinalURL == feedURL && !o.Temporary }},
		{"a sound document with an age", aged, nil, Read, 1, "", func(o Outcome) bool { return o.Fresh == time.Hour }},
		{"a permanent redirect", moved, nil, Read, 2, "", func(o Outcome) bool { return o.Permanent == newURL && !o.Temporary }},
		{"a feed without items", answer(200, rss(0)), nil, Read, 0, "", nil},
		{"304 to a conditional request", asked, nil, Unchanged, 0, "", nil},
		{"304 nobody asked for", answer(304, ""), nil, Failed, 0, "304", nil},
		{"204", answer(204, ""), nil, Failed, 0, "204", nil},
		{"206", answer(206, rss(1)), nil, Failed, 0, "206", nil},
		{"an empty answer", answer(200, ""), nil, Wrong, 0, "empty", nil},
		{"a page", answer(200, "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Hello</body></html>"), nil, Wrong, 0, "HTML page", nil},
		{"a body cut after two items", cut, late, Salvaged, 2, "the body was cut off; 2 entries read", nil},
		{"a body cut before any item", empty, late, Failed, 0, "the body was cut off", nil},
		{"a document cut by its own server", answer(200, string(cut.Body)), nil, Salvaged, 2, "cut off", nil},
		{"an error status", answer(503, "busy"), &egress.StatusError{Code: 503, Host: "wire.example"}, Failed, 0, "HTTP 503", func(o Outcome) bool { return o.Status == 503 && o.ETag == "" }},
		{"an error status with a check for robots", answer(403, ""), &egress.StatusError{Code: 403, Host: "wire.example", Response: answer(403, "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>")}, Failed, 0, "HTTP 403 Forbidden, with a page that asks for proof of being human", nil},
		{"410 behind a temporary redirect", hops, &egress.StatusError{Code: 410, Host: "wire.example"}, Failed, 0, "HTTP 410", func(o Outcome) bool { return o.Temporary }},
		{"an error status with a cut body", egress.Response{Status: 500, Body: []byte("x"), Truncated: true}, &egress.StatusError{Code: 500, Host: "wire.example"}, Failed, 0, "HTTP 500", nil},
		{"no answer", egress.Response{}, &egress.Error{Kind: egress.Refused, Host: "wire.example"}, Failed, 0, "refused", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := &Poller{Fetch: fetchFunc(func(context.Context, egress.Request) (egress.Response, error) { return row.resp, row.err })}
			poll := p.Poll(t.Context(), known(nil), pollTime)
			o, ok := poll.Outcome.(Outcome)
			if !ok || o.Result != row.result || len(poll.Entries) != row.entries || !strings.Contains(o.Words, row.words) || row.words == "" && o.Words != "" {
				t.Fatalf("%+v, %d entries; want %s, %d, %q", o, len(poll.Entries), row.result, row.entries, row.words)
			}
			if row.check != nil && !row.check(o) {
				t.Errorf("outcome %+v", o)
			}
			if poll.Status != row.resp.Status || poll.Bytes != row.resp.Bytes || poll.Took != row.resp.Took || !poll.At.Equal(pollTime) {
				t.Errorf("poll %+v", poll)
			}
			trouble := p.Trouble(poll)
			if bad := row.result == Failed || row.result == Wrong; bad != (trouble != "") {
				t.Errorf("trouble %q of a poll that was %s", trouble, row.result)
			}
			st := p.State(poll, news.Overlap{Entries: row.entries, Known: row.entries})
			if st != Decide(poll.Feed, o, news.Overlap{Entries: row.entries, Known: row.entries}, Limits{}, pollTime) {
				t.Errorf("state %+v is not what Decide says", st)
			}
		})
	}
}

func TestPollSendsWhatTheFeedGave(t *testing.T) {
	var got egress.Request
	p := &Poller{Fetch: fetchFunc(func(_ context.Context, r egress.Request) (egress.Response, error) {
		got = r
		return egress.Response{}, errors.New("enough")
	})}
	f := known(nil)
	p.Poll(t.Context(), f, pollTime)
	if got.URL != feedURL || got.ETag != f.Poll.ETag || got.Modified != f.Poll.Modified || got.ValidatorURL != feedURL || got.Room == nil {
		t.Errorf("asked %+v", got)
	}
}

func TestRoundReportsEveryFeedAndAPanicStaysWithItsOwn(t *testing.T) {
	var feeds []news.Feed
	for i := range 100 {
		feeds = append(feeds, news.Feed{ID: news.FeedID(i), Name: fmt.Sprint(i), URL: fmt.Sprintf("https://wire%d.example/feed", i%40)})
	}
	p := &Poller{Concurrency: 7, Fetch: fetchFunc(func(_ context.Context, r egress.Request) (egress.Response, error) {
		switch {
		case r.URL == "https://wire3.example/feed":
			panic("three")
		case r.URL == "https://wire4.example/feed":
			return egress.Response{}, errors.New("four")
		}
		return answer(200, rss(2)), nil
	})}
	seen := map[news.FeedID]Outcome{} // done is called by one goroutine at a time, so needs no lock
	p.Round(t.Context(), feeds, pollTime, func(poll news.Poll) {
		if _, twice := seen[poll.Feed.ID]; twice {
			t.Errorf("feed %d reported twice", poll.Feed.ID)
		}
		seen[poll.Feed.ID] = poll.Outcome.(Outcome)
	})
	for _, f := range feeds {
		want := Read
		if strings.Contains(f.URL, "wire3.") || strings.Contains(f.URL, "wire4.") {
			want = Failed
		}
		if seen[f.ID].Result != want {
			t.Errorf("feed %s: %+v; want %s", f.Name, seen[f.ID], want)
		}
	}
	if words := seen[3].Words; !strings.Contains(words, "three") {
		t.Errorf("the panic's words are lost: %q", words)
	}
}

func TestRoundKeepsItsBounds(t *testing.T) {
	var running, most, slow, mostSlow atomic.Int32
	raise := func(n int32, to *atomic.Int32) {
		for m := to.Load(); n > m && !to.CompareAndSwap(m, n); m = to.Load() {
		}
	}
	full := make(chan struct{})
	var once sync.Once
	p := &Poller{Concurrency: 5, PerHost: 2, Fetch: fetchFunc(func(_ context.Context, r egress.Request) (egress.Response, error) {
		n := running.Add(1)
		defer running.Add(-1)
		raise(n, &most)
		if strings.Contains(r.URL, "slow") {
			raise(slow.Add(1), &mostSlow)
			defer slow.Add(-1)
		}
		if n == 5 {
			once.Do(func() { close(full) })
		}
		<-full // nobody leaves before all places are taken once
		return answer(200, rss(1)), nil
	})}
	var feeds []news.Feed
	for i := range 30 { // the slow host's feeds come first and must not take all places
		feeds = append(feeds, news.Feed{Name: fmt.Sprint("slow", i), URL: "https://slow.example/" + fmt.Sprint(i)})
	}
	for i := range 30 {
		feeds = append(feeds, news.Feed{Name: fmt.Sprint(i), URL: fmt.Sprintf("https://wire%d.example/", i)})
	}
	n := 0
	p.Round(t.Context(), feeds, pollTime, func(news.Poll) { n++ })
	if n != len(feeds) || most.Load() != 5 || mostSlow.Load() > 2 {
		t.Errorf("%d polls, %d at once, %d on one host; want %d, 5 and at most 2", n, most.Load(), mostSlow.Load(), len(feeds))
	}
}

func TestTurnsGoRoundTheHosts(t *testing.T) {
	var feeds []news.Feed
	for _, u := range []string{"https://a.example/1", "https://a.example/2", "https://a.example/3", "https://b.example/1", "https://c.example/1", "https://c.example/2"} {
		feeds = append(feeds, news.Feed{URL: u})
	}
	turns := turnsOf(feeds, 2)
	var asked []string
	for len(turns) > 0 {
		h := <-turns
		if f := h.next(); f != nil {
			asked = append(asked, strings.TrimPrefix(f.URL, "https://"))
			turns <- h
		}
	}
	if got, want := strings.Join(asked, " "), "a.example/1 b.example/1 c.example/1 a.example/2 c.example/2 a.example/3"; got != want {
		t.Errorf("asked %s; want %s", got, want)
	}
}

func TestManyHostsTakeLittleMemory(t *testing.T) {
	var feeds []news.Feed
	for i := range 2000 {
		feeds = append(feeds, news.Feed{URL: fmt.Sprintf("https://wire%d.example/", i)})
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	turns := turnsOf(feeds, 2)
	runtime.ReadMemStats(&after)
	if made := after.TotalAlloc - before.TotalAlloc; len(turns) != 2000 || made > 4<<20 {
		t.Errorf("%d turns of 2000 hosts, for which %d bytes were made; want 2000 and at most 4 MiB", len(turns), made)
	}
}

func TestRoundStopsWithItsContextAndReportsNothingHalfDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var started atomic.Int32
	p := &Poller{Concurrency: 3, Fetch: fetchFunc(func(ctx context.Context, r egress.Request) (egress.Response, error) {
		if started.Add(1) == 3 {
			cancel()
		}
		<-ctx.Done()
		return egress.Response{}, context.Cause(ctx)
	})}
	var feeds []news.Feed
	for i := range 50 {
		feeds = append(feeds, news.Feed{Name: fmt.Sprint(i), URL: fmt.Sprintf("https://wire%d.example/", i)})
	}
	p.Round(ctx, feeds, pollTime, func(poll news.Poll) { t.Errorf("reported %+v", poll.Outcome) })
	if n := started.Load(); n > 6 {
		t.Errorf("%d polls started after the context ended", n-3)
	}
	stopped := p.Poll(ctx, known(nil), pollTime)
	if st := p.State(stopped, news.Overlap{}); st != known(nil).Poll {
		t.Errorf("a poll that was cut short changed the feed: %+v", st)
	}
}

func TestMemoryLimitOfARoundIsTakenBack(t *testing.T) {
	const shipped, tight = 1 << 30, 1 << 20
	own := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(own)
	for _, before := range []int64{math.MaxInt64, shipped, tight} { // none, one that leaves room, one below what is in use
		debug.SetMemoryLimit(before)
		var during int64
		p := &Poller{Fetch: fetchFunc(func(context.Context, egress.Request) (egress.Response, error) {
			during = debug.SetMemoryLimit(-1)
			return answer(200, rss(1)), nil
		})}
		p.Round(t.Context(), []news.Feed{{Name: "x", URL: feedURL}}, pollTime, func(news.Poll) {})
		after := debug.SetMemoryLimit(-1)
		if after != before || during >= shipped || during > before {
			t.Errorf("memory limit %d, in the round %d, then %d", before, during, after)
		}
	}
}
