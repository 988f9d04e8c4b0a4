package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/notify"
)

// stallAfter is how long a part of the daemon may go without a sign of work: every
// job ends each minute with nothing to do, and a long one commits as it goes.
const stallAfter = 5 * time.Minute

// pulse knows when each part of the daemon last got something done. The watchdog,
// readiness and the operator's warnings rest on it. It is safe for concurrent use.
type pulse struct {
	mu    sync.Mutex
	parts map[string]beat
}

// beat is the last sign of one part.
type beat struct {
	At  time.Time // last progress: a finished run or a committed step
	Ran time.Time // last finished run, good or not
	OK  time.Time // last run that finished without an error
	Err error     // of the last finished run
}

// newPulse expects a sign of each of parts from now on.
func newPulse(now time.Time, parts ...string) *pulse {
	p := &pulse{parts: map[string]beat{}}
	for _, name := range parts {
		p.parts[name] = beat{At: now}
	}
	return p
}

// moved records that a part committed a step.
func (p *pulse) moved(part string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.parts[part]
	b.At = now
	p.parts[part] = b
}

// ran records that a part finished a run.
func (p *pulse) ran(part string, now time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.parts[part]
	b.At, b.Ran, b.Err = now, now, err
	if err == nil {
		b.OK = now
	}
	p.parts[part] = b
}

// signs is a copy of what is known.
func (p *pulse) signs() map[string]beat {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[string]beat, len(p.parts))
	for name, b := range p.parts {
		out[name] = b
	}
	return out
}

// stalled lists, sorted, the parts that gave no sign for longer than limit.
func (p *pulse) stalled(now time.Time, limit time.Duration) (out []string) {
	for name, b := range p.signs() {
		if now.Sub(b.At) > limit {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// The parts that are watched. What merely reports is none: it proves no work.
const (
	partPoll     = "poll"
	partPages    = "pages"
	partDigest   = "digest"
	partDelivery = "delivery"
)

// pulsedFeeds, pulsedItems and pulsedOutbox tell the pulse of every commit, so
// that a long run is not taken for one that hangs.
type pulsedFeeds struct {
	monitor.FeedStore
	moved func()
}

func (s pulsedFeeds) RecordPolls(ctx context.Context, polls []news.Poll, history time.Duration, decide func(news.Poll, news.Overlap) news.PollState) ([]news.Overlap, error) {
	out, err := s.FeedStore.RecordPolls(ctx, polls, history, decide)
	if err == nil {
		s.moved()
	}
	return out, err
}

type pulsedItems struct {
	monitor.ItemStore
	judged, paged func()
}

func (s pulsedItems) Judge(ctx context.Context, now time.Time, batch []news.Prepared, d news.Deciders) (news.Tally, error) {
	t, err := s.ItemStore.Judge(ctx, now, batch, d)
	if err == nil {
		s.judged()
	}
	return t, err
}

func (s pulsedItems) RecordPage(ctx context.Context, id news.ItemID, revision int, page string, maxTries int) error {
	err := s.ItemStore.RecordPage(ctx, id, revision, page, maxTries)
	if err == nil {
		s.paged()
	}
	return err
}

// pulsedOutbox also tells what became of each message.
type pulsedOutbox struct {
	notify.Outbox
	looked   func(error)
	recorded func(news.Delivery)
}

func (s pulsedOutbox) DueLookups(ctx context.Context, now time.Time) ([]news.Delivery, error) {
	out, err := s.Outbox.DueLookups(ctx, now)
	s.looked(err)
	return out, err
}

func (s pulsedOutbox) RecordDelivery(ctx context.Context, d news.Delivery) error {
	err := s.Outbox.RecordDelivery(ctx, d)
	if err == nil {
		s.recorded(d)
	}
	return err
}
