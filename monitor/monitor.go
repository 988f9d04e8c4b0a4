// Package monitor polls feeds and judges what they say. It owns the order of
// the stages; the stages themselves are pure functions in its subpackages, and
// what it needs from outside is named by the interfaces below. It tells nobody
// anything: that is package notify's business.
package monitor

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/tag"
)

// FeedStore is what polling needs to remember.
type FeedStore interface {
	DueFeeds(ctx context.Context, now time.Time, all bool) ([]news.Feed, error)
	RecordPolls(ctx context.Context, polls []news.Poll, history time.Duration, decide func(news.Poll, news.Overlap) news.PollState) ([]news.Overlap, error)
}

// ItemStore is what judging needs to remember. Judge calls the deciders inside
// the transaction that writes their results, so two items are never judged
// against the same unfinished corpus. The batch is used again afterwards.
type ItemStore interface {
	Pending(ctx context.Context, now time.Time, limit int) ([]news.Work, error)
	Judge(ctx context.Context, now time.Time, batch []news.Prepared, d news.Deciders) (news.Tally, error)
	Wanting(ctx context.Context, now time.Time, limit int) ([]news.Work, error)
	RecordPage(ctx context.Context, id news.ItemID, revision int, page string, maxTries int) error
}

// Pages fetches the main text of an item's article page; "" without an error
// means there is none to be had.
type Pages interface {
	Get(ctx context.Context, url string, now time.Time) (text string, err error)
}

// Monitor runs rounds: poll what is due, judge what is pending. Its methods are
// safe for sequential use; the scheduler never overlaps its jobs.
type Monitor struct {
	Feeds   FeedStore
	Items   ItemStore
	Poller  *Poller
	Pages   Pages // nil: no article pages
	Rules   *tag.Rules
	History time.Duration // entries older than this at first sight are history
	Log     *slog.Logger

	Boilerplate BoilerplateStore

	mask   atomic.Pointer[Mask]
	learnt time.Time // of the learning job alone
}

// Bounds of one transaction of polls. The texts of its polls lie in memory until it
// is committed, and twice that with what the garbage collector leaves.
const (
	pollsPerTx = 64
	bytesPerTx = 2 << 20
	txDelay    = 200 * time.Millisecond
)

// Round counts what one round of polling did.
type Round struct {
	Polled, Failed, New, Revised int

	Names []string // of the sources that failed, at most namesOfRound, as they came
}

// namesOfRound bounds how many of the sources that failed a round names.
const namesOfRound = 20

// Poll visits the feeds that are due, or with all every feed that may be visited.
// A feed that fails is recorded as failed and does not stop the others; the
// returned error is about our own store.
func (m *Monitor) Poll(ctx context.Context, now time.Time, all bool) (Round, error) {
	var r Round
	feeds, err := m.Feeds.DueFeeds(ctx, now, all)
	if err != nil || len(feeds) == 0 {
		return r, err
	}
	polls := make(chan news.Poll)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(polls)
		m.Poller.Round(ctx, feeds, now, func(p news.Poll) { polls <- p })
	})
	defer wg.Wait()
	var batch []news.Poll
	var bytes int64
	var full <-chan time.Time // fires when the batch has waited long enough
	flush := func() {
		if len(batch) > 0 && err == nil {
			err = m.record(ctx, batch, &r)
		}
		batch, bytes, full = batch[:0], 0, nil
	}
	for {
		select {
		case p, ok := <-polls:
			if !ok {
				flush()
				return r, err
			}
			if len(batch) == 0 {
				full = time.After(txDelay)
			}
			batch, bytes = append(batch, p), bytes+p.Bytes
			if len(batch) == pollsPerTx || bytes >= bytesPerTx {
				flush()
			}
		case <-full:
			flush()
		}
	}
}

// record stores polls that were made, even while shutting down.
func (m *Monitor) record(ctx context.Context, batch []news.Poll, r *Round) error {
	overlaps, err := m.Feeds.RecordPolls(context.WithoutCancel(ctx), batch, m.History, m.Poller.State)
	if err != nil {
		return fmt.Errorf("record polls: %w", err)
	}
	m.Poller.Stored(batch)
	for i, p := range batch {
		ov := overlaps[i]
		r.Polled++
		r.New += ov.New
		r.Revised += ov.Revised
		words := ""
		if o, ok := p.Outcome.(Outcome); ok && (o.Result == Failed || o.Result == Wrong) {
			words = o.Words
			r.Failed++
			if len(r.Names) < namesOfRound {
				r.Names = append(r.Names, p.Feed.Name)
			}
		}
		m.Log.Debug("polled", "feed", p.Feed.Name, "status", p.Status, "items", ov.Entries, "new", ov.New, "revised", ov.Revised, "took", p.Took, "err", words)
	}
	return nil
}
