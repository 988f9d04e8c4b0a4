package monitor

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/story"
	"trucewatch/monitor/tag"
	"trucewatch/monitor/text"
)

const (
	judgedPerTx  = 512
	pageTries    = 2
	pagesAtOnce  = 8
	pagesPerTick = 64
)

// Process judges every pending item, oldest first, and returns what it decided.
// It stops between transactions when ctx ends.
func (m *Monitor) Process(ctx context.Context, now time.Time) (news.Tally, error) {
	var total news.Tally
	if m.mask.Load() == nil {
		if err := m.loadMask(ctx, now); err != nil {
			return total, err
		}
	}
	var batch []news.Prepared
	for ctx.Err() == nil {
		works, err := m.Items.Pending(ctx, now, judgedPerTx)
		if err != nil || len(works) == 0 {
			return total, err
		}
		batch = m.prepareAll(batch, works)
		t, err := m.Items.Judge(ctx, now, batch, m.Deciders())
		if err != nil {
			return total, err
		}
		total.Add(t)
		if t.Judged == 0 {
			return total, nil // all of them were revised meanwhile: next time
		}
	}
	return total, ctx.Err()
}

// Deciders are the decisions that need the corpus.
func (m *Monitor) Deciders() news.Deciders {
	return news.Deciders{
		Verdict: func(p news.Prepared, known []news.Candidate) news.Verdict { return Judge(p, known, m.boilerplate()) },
		Place:   story.Place,
		Dates:   statedDates,
		Moving:  moving,
		Ledger:  moveLedger,
	}
}

// prepareAll prepares works on all cores, in order, into the memory of a batch that is
// done with.
func (m *Monitor) prepareAll(done []news.Prepared, works []news.Work) []news.Prepared {
	out := slices.Grow(done[:0], len(works))[:len(works)]
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(works)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(works) {
					return
				}
				out[i] = Prepare(works[i], m.Rules)
			}
		})
	}
	wg.Wait()
	return out
}

// searchBytes bounds the text indexed for search.
const searchBytes = 20_000

// Prepare computes everything about an item that needs no corpus.
func Prepare(w news.Work, rules *tag.Rules) news.Prepared {
	p := news.Prepared{Work: w}
	p.Lang, p.Hash, p.Fingerprint, p.Keys = text.Prepare(w.Item, w.Feed.Lang)
	title, lede, body := tag.Fields(w.Item)
	r := rules.Tag(tag.Input{Title: title, Lede: lede, Body: body, Lang: p.Lang, Side: w.Feed.Side, Official: w.Feed.Official})
	p.Topics, p.Tags = r.Topics, r.Tags
	if !about(r.Topics) {
		return p
	}
	p.Sketch, p.StoryKeys = story.Sketch(title, lede, body, p.Lang, published(w.Item), r.Tags)
	p.Search = cut(strings.TrimSpace(lede+"\n"+body), searchBytes)
	if p.Search == "" {
		p.Search = title
	}
	return p
}

func about(topics []news.Relevance) bool {
	for _, t := range topics {
		if t.Relevance != news.None {
			return true
		}
	}
	return false
}

// published is an item's news time as far as the item alone knows it.
func published(it news.Item) time.Time {
	if it.Published.IsZero() || it.Published.After(it.Seen) {
		return it.Seen
	}
	return it.Published
}

// cut shortens s to at most n bytes at a rune's edge.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// FetchPages fetches the article pages that items wait for. A page that can't be
// had leaves its item on its summary, after two tries or when its time is up.
func (m *Monitor) FetchPages(ctx context.Context, now time.Time) error {
	if m.Pages == nil {
		return nil
	}
	works, err := m.Items.Wanting(ctx, now, pagesPerTick)
	if err != nil {
		return err
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		first error
		slots = make(chan struct{}, pagesAtOnce)
	)
	for _, w := range works {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if ctx.Err() != nil {
				return
			}
			page, err := m.Pages.Get(ctx, w.Item.URL, now)
			if err != nil {
				m.Log.Debug("article page", "feed", w.Feed.Name, "item", w.Item.ID, "err", err)
			}
			if ctx.Err() != nil {
				return
			}
			if err := m.Items.RecordPage(ctx, w.Item.ID, w.Item.Revision, page, pageTries); err != nil {
				mu.Lock()
				first = err
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return first
}
