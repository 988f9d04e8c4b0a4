package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor/feed"
)

// Fetcher gets one document. *egress.Client is the real one.
type Fetcher interface {
	Fetch(ctx context.Context, r egress.Request) (egress.Response, error)
}

// Stopped is the result of a poll that the caller's context ended. There is
// nothing to record of it.
const Stopped Result = "stopped"

// Poller asks feeds and reads their documents. It stores nothing: what a poll
// brought goes to the caller, who counts the overlap and calls State back.
//
// A Poller is safe for concurrent use; its fields are set before the first poll
// and left alone. Zero fields take their default.
type Poller struct {
	Fetch       Fetcher
	Limits      Limits
	Concurrency int   // feeds asked at a time; default 32
	PerHost     int   // of them, on one host; default 2
	Weigh       int64 // bytes of bodies that are parsed, or wait to be taken over, at a time; default 4 MiB
	MaxItems    int   // items read of one document; default feed.DefaultMaxItems

	once   sync.Once
	parser *semaphore.Weighted // bytes of bodies, from parsing until taken over
	large  *semaphore.Weighted // bodies above egress.LargeBody, from reading until taken over
	last   lastDocuments
}

// largeBodies is how many bodies above egress.LargeBody are held at a time, so
// that a round with many hostile feeds stays small: two of 8 MiB, and the rest
// below half a mebibyte each.
const largeBodies = 2

func (p *Poller) start() {
	p.once.Do(func() {
		if p.Concurrency <= 0 {
			p.Concurrency = 32
		}
		if p.PerHost <= 0 {
			p.PerHost = 2
		}
		if p.Weigh <= 0 {
			p.Weigh = 4 << 20
		}
		if p.MaxItems <= 0 {
			p.MaxItems = feed.DefaultMaxItems
		}
		p.parser = semaphore.NewWeighted(p.Weigh)
		p.large = semaphore.NewWeighted(largeBodies)
	})
}

// State says what to remember of the feed once the poll's entries are stored
// and the overlap with what was known is counted. It is pure, and meant to be
// called within the transaction that stores them.
func (p *Poller) State(poll news.Poll, ov news.Overlap) news.PollState {
	o, ok := poll.Outcome.(Outcome)
	if !ok || o.Result == Stopped {
		return poll.Feed.Poll
	}
	return Decide(poll.Feed, o, ov, p.Limits, poll.At)
}

// Trouble is what went wrong in a poll, in words; "" when it was good or its
// items could be salvaged.
func (p *Poller) Trouble(poll news.Poll) string {
	if o, _ := poll.Outcome.(Outcome); o.Result == Failed || o.Result == Wrong {
		return o.Words
	}
	return ""
}

// Round polls the feeds concurrently and hands every poll to done, one at a
// time and in the order they finish. A slow host takes no more than PerHost of
// the places. Whatever happens to one feed, up to a panic, happens to that feed
// alone. When the context ends no new poll starts, and what it cut short is not
// reported. Round returns when all it started has ended.
func (p *Poller) Round(ctx context.Context, feeds []news.Feed, now time.Time, done func(news.Poll)) {
	p.start()
	defer collectSooner(roundMemory)()
	turns := turnsOf(feeds, p.PerHost)
	var left atomic.Int64
	left.Store(int64(len(turns)))
	polls := make(chan news.Poll) // unbuffered: who has read a feed waits until it is taken over
	var workers sync.WaitGroup
	for range min(p.Concurrency, len(turns)) {
		workers.Go(func() {
			for h := range turns {
				f := h.next()
				if f == nil || ctx.Err() != nil {
					if left.Add(-1) == 0 {
						close(turns)
					}
					continue
				}
				poll, release := p.poll(ctx, *f, now)
				if o, _ := poll.Outcome.(Outcome); o.Result != Stopped {
					polls <- poll
				}
				release()
				turns <- h
			}
		})
	}
	go func() { workers.Wait(); close(polls) }()
	for poll := range polls {
		done(poll)
	}
}

// feedsOfHost are the feeds of a host that wait to be asked, in their order.
type feedsOfHost struct {
	mu    sync.Mutex
	feeds []*news.Feed
}

// next takes the next feed; nil when there is none left.
func (h *feedsOfHost) next() *news.Feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.feeds) == 0 {
		return nil
	}
	f := h.feeds[0]
	h.feeds = h.feeds[1:]
	return f
}

// turnsOf holds each host as often as it may be asked at a time. Who takes a turn asks
// one of the host's feeds and then puts the turn back, behind those of other hosts.
func turnsOf(feeds []news.Feed, perHost int) chan *feedsOfHost {
	byName := map[string]*feedsOfHost{}
	var hosts []*feedsOfHost
	n := 0
	for i := range feeds {
		name := hostOf(feeds[i])
		h := byName[name]
		if h == nil {
			h = &feedsOfHost{}
			byName[name] = h
			hosts = append(hosts, h)
		}
		h.feeds = append(h.feeds, &feeds[i])
		if len(h.feeds) <= perHost {
			n++
		}
	}
	turns := make(chan *feedsOfHost, n)
	for i := range perHost {
		for _, h := range hosts {
			if i < len(h.feeds) {
				turns <- h
			}
		}
	}
	return turns
}

func hostOf(f news.Feed) string {
	u, err := url.Parse(askURL(f))
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// Poll asks one feed once and reads what comes. It never fails: what went
// wrong is in the outcome.
func (p *Poller) Poll(ctx context.Context, f news.Feed, now time.Time) news.Poll {
	p.start()
	poll, release := p.poll(ctx, f, now)
	release()
	return poll
}

// poll is Poll, with what gives back the room the poll takes until it is taken over.
func (p *Poller) poll(ctx context.Context, f news.Feed, now time.Time) (poll news.Poll, release func()) {
	var large, weight int64
	release = func() {
		p.large.Release(large)
		p.parser.Release(weight)
	}
	poll = news.Poll{Feed: f, At: now}
	defer func() {
		if r := recover(); r != nil {
			poll.Entries = nil
			poll.Outcome = Outcome{Result: Failed, Status: poll.Status, Words: fmt.Sprintf("a mistake of ours while reading it: %v", r)}
		}
	}()
	if ctx.Err() != nil {
		poll.Outcome = Outcome{Result: Stopped}
		return poll, release
	}

	r := Request(f, now)
	r.Room = func(ctx context.Context) error {
		if err := p.large.Acquire(ctx, 1); err != nil {
			return err
		}
		large = 1
		return nil
	}
	resp, err := p.Fetch.Fetch(ctx, r)
	poll.Status, poll.Bytes, poll.Took = resp.Status, resp.Bytes, resp.Took
	if err != nil {
		poll.Wait = min(resp.RetryAfter, postponeMax)
	}
	if err != nil && ctx.Err() != nil {
		poll.Outcome = Outcome{Result: Stopped}
		return poll, release
	}
	o := outcome(resp, err)
	if o.Result == "" {
		sum := digest(f, resp)
		if err == nil && p.last.again(f.ID, sum, &o) {
			poll.Same = o.document.entries
			poll.Outcome = o
			return poll, release
		}
		if weight = min(int64(len(resp.Body)), p.Weigh); p.parser.Acquire(ctx, weight) != nil {
			weight = 0
			poll.Outcome = Outcome{Result: Stopped}
			return poll, release
		}
		poll.Entries = p.parse(f, resp, now, &o)
		if o.Result == Read && o.Words == "" {
			o.document = document{sum: sum, entries: len(poll.Entries), kind: o.Kind, hints: o.Hints, mended: o.Mended}
		}
		if err != nil {
			o.document = document{}
			salvaged(&o, err, len(poll.Entries))
		}
	}
	poll.Outcome = o
	return poll, release
}

// outcome is what can be said of an answer without reading its body; Result is
// empty when there is a body to be read.
func outcome(resp egress.Response, err error) Outcome {
	o := Outcome{
		Status:      resp.Status,
		FinalURL:    resp.FinalURL,
		Permanent:   resp.Permanent,
		Conditional: resp.Conditional,
		RetryAfter:  resp.RetryAfter,
	}
	for _, h := range resp.Hops {
		if h.Status != 301 && h.Status != 308 {
			o.Temporary = true
		}
	}
	fail := func(r Result, words string) Outcome {
		o.Result, o.Words = r, words
		return o
	}
	if s, ok := errors.AsType[*egress.StatusError](err); ok {
		words := err.Error()
		_, err := feed.Parse(s.Response.Body, feed.Options{URL: resp.FinalURL, ContentType: resp.ContentType})
		if w, ok := errors.AsType[*feed.WrongDocument](err); ok && w.Kind == "challenge page" {
			words += ", with a page that asks for proof of being human"
		}
		return fail(Failed, words)
	}
	if err != nil && (!resp.Truncated || len(resp.Body) == 0) {
		return fail(Failed, err.Error())
	}
	o.ETag, o.Modified, o.Fresh = resp.ETag, resp.Modified, resp.Fresh()
	switch {
	case resp.Status == 304 && resp.Conditional:
		return fail(Unchanged, "")
	case resp.Status == 304:
		return fail(Failed, "answered 304 (unchanged) to a request that asked for the whole document")
	case resp.Status != 200 && resp.Status != 203:
		return fail(Failed, fmt.Sprintf("answered HTTP %d, which is not a whole document", resp.Status))
	case len(resp.Body) == 0:
		return fail(Wrong, "the answer is empty")
	}
	return o
}

// parse reads the body and completes the outcome.
func (p *Poller) parse(f news.Feed, resp egress.Response, now time.Time, o *Outcome) []news.Entry {
	doc, err := feed.Parse(resp.Body, feed.Options{
		URL:         resp.FinalURL,
		ContentType: resp.ContentType,
		Lang:        f.Lang,
		Zone:        zone(f.Zone),
		Now:         now,
		MaxItems:    p.MaxItems,
	})
	switch {
	case err != nil:
		o.Result, o.Words = Wrong, err.Error()
		if w, ok := errors.AsType[*feed.WrongDocument](err); ok {
			o.Offers = w.Feeds
		}
		return nil
	case doc.Partial != "" && len(doc.Entries) == p.MaxItems:
		// Longer than what we read of one document. That is our limit and not damage:
		// a server asked conditionally need not send it again until it changes.
		o.Result, o.Words = Read, doc.Partial
	case doc.Partial != "":
		o.Result, o.Words = Salvaged, doc.Partial
	default:
		o.Result = Read
	}
	o.Kind, o.Hints, o.Mended = doc.Kind, doc.Hints, doc.Mended
	return slices.DeleteFunc(doc.Entries, saysNothing)
}

// saysNothing reports an entry that neither tells anything nor leads anywhere.
func saysNothing(e news.Entry) bool {
	return e.GUID == "" && e.URL == "" && e.Title == "" && e.Summary == "" && e.Content == ""
}

// salvaged corrects the outcome of a body that did not come whole.
func salvaged(o *Outcome, cause error, n int) {
	if n == 0 {
		o.Result, o.Words = Failed, cause.Error()
		return
	}
	o.Result, o.Words = Salvaged, fmt.Sprintf("%v; %s read", cause, entries(n))
}

// zone returns an IANA zone that the configuration has checked. It is read once: the
// library reads and parses its file each time.
func zone(name string) *time.Location {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name) // "" is UTC
	if err != nil {
		z = time.UTC
	}
	zones.Store(name, z)
	return z
}

var zones sync.Map // name → *time.Location, of the zones that configurations named
