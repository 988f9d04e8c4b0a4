package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/store"
)

// BenchmarkScale measures the program beside a corpus that grows, with everything on:
// what an item costs from its poll to its place in a development, cutting the day's
// digest and looking for alerts in their transactions, search, status, and starting; all of it in processor time.
// The items are the feed farm's, 2,000 a day of 300 feeds: one in ten is about the
// talks, of events that go by in days; one in twenty is of a hot series; one in five
// repeats another feed's text; two in three are in English, the others in Cyrillic.
// Every day's digest is cut on the way. A million items take some minutes, so they are asked for:
//
//	TRUCEWATCH_BENCH_ITEMS=1000000 go test ./cmd/trucewatch -run '^$' -bench Scale -benchtime 1x -timeout 0
//
// With TRUCEWATCH_BENCH_DB the corpus is the file of that name, which the store's
// BenchmarkCorpus fills in less time.
func BenchmarkScale(b *testing.B) {
	most := 10_000
	if v := os.Getenv("TRUCEWATCH_BENCH_ITEMS"); v != "" {
		var err error
		if most, err = strconv.Atoi(v); err != nil {
			b.Fatal(err)
		}
	}
	w := newScaleWorld(b)
	if filled := os.Getenv("TRUCEWATCH_BENCH_DB"); filled != "" { // as BenchmarkCorpus of the store left it
		w.n, w.clock = 1<<40, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		w.grow(b, w.n+10_000)
		w.measure(b)
		b.ReportMetric(float64(residentKB(b))/1024, "peak-MB")
		return
	}
	for n := 10_000; n <= most; n *= 10 {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w.grow(b, n)
			b.ResetTimer()
			for range b.N {
				w.measure(b)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(residentKB(b))/1024, "peak-MB")
		})
	}
}

const (
	scaleFeeds  = 300
	scaleADay   = 2000
	scalePolls  = 16 // in one transaction, of 8 entries each
	scalePolled = 8
)

// scaleWorld is a program with a clock of its own and a corpus that grows.
type scaleWorld struct {
	*daemon
	b     testing.TB
	ctx   context.Context
	clock time.Time
	n     int // items polled so far
	w     farmWriter
	feeds []news.Feed
	cuts  []time.Duration // of the daily digests: the cut alone
	yaml  string
}

func newScaleWorld(b *testing.B) *scaleWorld {
	var y strings.Builder
	fmt.Fprintf(&y, "database: %q\nseeds: \"\"\ndigests: [{name: morning, channel: C0000000001, cron: \"0 8 * * *\", timezone: Europe/Kyiv}]\nalerts: [{name: turn, channel: C0000000001}]\nfeeds:\n", cmp.Or(os.Getenv("TRUCEWATCH_BENCH_DB"), filepath.Join(b.TempDir(), "t.db")))
	for i := range scaleFeeds {
		fmt.Fprintf(&y, "  - {name: feed %d, url: \"https://feed%d.example/rss\"}\n", i, i)
	}
	w := &scaleWorld{b: b, ctx: b.Context(), clock: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), w: farmWriter{feeds: scaleFeeds, items: 2 * scaleADay / scaleFeeds}, yaml: y.String()}
	if err := w.start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { w.store.Close() })
	return w
}

// start opens the database and wires the program, up to knowing which feeds are due.
func (w *scaleWorld) start() error {
	cfg, err := config.Read(strings.NewReader(w.yaml), config.Where{File: "scale.yaml"}, checks)
	if err != nil {
		return err
	}
	st, err := store.Open(w.ctx, cfg.Database)
	if err != nil {
		return err
	}
	e := &env{ctx: w.ctx, cli: &CLI{}, getenv: func(string) string { return "" }, stdout: io.Discard, stderr: io.Discard, log: slog.New(slog.DiscardHandler)}
	a, err := newApp(e, cfg, st, options{now: func() time.Time { return w.clock }})
	if err != nil {
		return err
	}
	w.daemon = newDaemon(a)
	w.reconciledNow() // there is no Slack whose history could be read
	w.feeds, err = st.DueFeeds(w.ctx, w.clock, true)
	return err
}

// polls are the next polls: as many entries as one transaction records.
func (w *scaleWorld) polls() []news.Poll {
	out := make([]news.Poll, scalePolls)
	for i := range out {
		feed := (w.n / scalePolled) % scaleFeeds
		w.w.era = w.n / scaleADay / 2
		p := news.Poll{Feed: w.feeds[feed], At: w.clock, Status: 200}
		p.Feed.Poll.FirstOK = w.clock.Add(-time.Hour)
		for range scalePolled {
			title, paragraphs := w.w.text(feed, w.n)
			url := fmt.Sprintf("https://feed%d.example/news/%d", feed, w.n)
			p.Entries = append(p.Entries, news.Entry{GUID: url, URL: url, Canonical: url, Title: title, Summary: strings.Join(paragraphs, "\n"), Published: w.clock.Add(-10 * time.Minute), PublishedFrom: news.PublishedStated})
			w.n++
		}
		out[i] = p
	}
	return out
}

// round stores polls and judges what they brought, as the daemon does.
func (w *scaleWorld) round(polls []news.Poll) error {
	_, err := w.store.RecordPolls(w.ctx, polls, 48*time.Hour, func(p news.Poll, _ news.Overlap) news.PollState { return p.Feed.Poll })
	if err != nil {
		return err
	}
	t, err := w.monitor.Process(w.ctx, w.clock)
	if err == nil && t.Judged != scalePolls*scalePolled {
		err = fmt.Errorf("%d items judged, want %d", t.Judged, scalePolls*scalePolled)
	}
	before := w.clock
	w.clock = w.clock.Add(24 * time.Hour * scalePolls * scalePolled / scaleADay)
	if err == nil && before.YearDay() != w.clock.YearDay() {
		err = w.cutDay()
	}
	return err
}

// cutDay cuts the day's digest in its transaction.
func (w *scaleWorld) cutDay() error {
	if err := w.daemon.cuts.Regroup(w.ctx, w.clock, monitor.Regroup, w.daemon.monitor.Deciders()); err != nil {
		return err
	}
	told, write := 0, w.daemon.composer(w.ctx, w.digests[0])
	began := processorTime(w.b)
	cut, err := w.daemon.cuts.CutDigest(w.ctx, w.digests[0].DigestSpec, w.clock.Truncate(time.Minute), w.clock, nil, func(e news.Edition) news.Cut {
		c := write(e)
		told = len(c.Told)
		return c
	})
	w.cuts = append(w.cuts, processorTime(w.b)-began)
	if err == nil && (!cut || told == 0) {
		err = fmt.Errorf("the digest of %s told nothing", w.clock)
	}
	return err
}

func (w *scaleWorld) grow(b *testing.B, to int) {
	b.Helper()
	for w.n < to {
		if err := w.round(w.polls()); err != nil {
			b.Fatal(err)
		}
	}
}

func (w *scaleWorld) measure(b *testing.B) {
	b.Helper()
	const rounds = 48 // three days, and their digests
	var spent time.Duration
	w.cuts = w.cuts[:0]
	for range rounds {
		polls := w.polls()
		began, cuts := processorTime(b), len(w.cuts)
		if err := w.round(polls); err != nil {
			b.Fatal(err)
		}
		if len(w.cuts) == cuts { // a round with a digest is another measure
			spent += processorTime(b) - began
		}
	}
	b.ReportMetric(float64(spent.Microseconds())/float64((rounds-len(w.cuts))*scalePolls*scalePolled), "cpu-us/item")
	b.ReportMetric(slices.Max(w.cuts).Seconds()*1000, "cut-ms")
	for _, q := range []struct{ name, text string }{{"common", "Ukraine"}, {"rare", "Pokrovsk Riyadh"}, {"cyrillic", "перемирие"}} {
		w.report(b, "search-"+q.name+"-ms", func() error {
			hits, _, err := w.store.Search(w.ctx, store.Search{Text: q.text})
			if err == nil && len(hits) == 0 {
				err = fmt.Errorf("%q is not found", q.text)
			}
			return err
		})
	}
	w.report(b, "alert-ms", func() error {
		w.alerted = time.Time{} // as if just touched
		return w.alert(w.ctx, w.clock)
	})
	w.report(b, "status-ms", func() error {
		st, err := w.store.Stats(w.ctx)
		if err == nil && (st.Items == 0 || st.Pending != 0) {
			err = fmt.Errorf("%d items and %d pending", st.Items, st.Pending)
		}
		return err
	})
	w.report(b, "start-ms", func() error {
		former := w.store
		defer former.Close()
		return w.start()
	})
}

// report reports the median processor time of seven calls.
func (w *scaleWorld) report(b *testing.B, name string, f func() error) {
	b.Helper()
	var took []time.Duration
	for range 7 {
		began := processorTime(b)
		if err := f(); err != nil {
			b.Fatal(name, err)
		}
		took = append(took, processorTime(b)-began)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1000, name)
}
