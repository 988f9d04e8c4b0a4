package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

var errPowerCut = errors.New("power cut")

// fuse stops the program just before or just after one of its transactions: what
// was committed stays, nothing after it happens.
type fuse struct {
	*store.Store
	blow int // the point at which it blows, counted from 1; 0: never
	cut  context.CancelFunc

	mu     sync.Mutex
	points []string
	blown  bool
}

// guard runs one transaction between two points.
func (f *fuse) guard(name string, tx func() error) error {
	if f.point("before " + name) {
		return errPowerCut
	}
	err := tx()
	if err == nil && f.point("after "+name) {
		return errPowerCut
	}
	return err
}

func (f *fuse) point(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.blown {
		return true
	}
	f.points = append(f.points, name)
	if len(f.points) == f.blow {
		f.blown = true
		f.cut()
	}
	return f.blown
}

func (f *fuse) RecordPolls(ctx context.Context, polls []news.Poll, history time.Duration, decide func(news.Poll, news.Overlap) news.PollState) (ov []news.Overlap, err error) {
	err = f.guard("RecordPolls", func() error { ov, err = f.Store.RecordPolls(ctx, polls, history, decide); return err })
	return ov, err
}

func (f *fuse) Judge(ctx context.Context, now time.Time, batch []news.Prepared, d news.Deciders) (t news.Tally, err error) {
	err = f.guard("Judge", func() error { t, err = f.Store.Judge(ctx, now, batch, d); return err })
	return t, err
}

func (f *fuse) Regroup(ctx context.Context, now time.Time, group news.Regrouper, d news.Deciders) error {
	return f.guard("Regroup", func() error { return f.Store.Regroup(ctx, now, group, d) })
}

func (f *fuse) CutDigest(ctx context.Context, spec news.DigestSpec, slot, now time.Time, unasked []string, compose func(news.Edition) news.Cut) (ok bool, err error) {
	err = f.guard("CutDigest", func() error { ok, err = f.Store.CutDigest(ctx, spec, slot, now, unasked, compose); return err })
	return ok, err
}

func (f *fuse) CutAlert(ctx context.Context, spec news.AlertSpec, now time.Time, decide func(news.Edition, func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool)) (ok bool, err error) {
	err = f.guard("CutAlert", func() error { ok, err = f.Store.CutAlert(ctx, spec, now, decide); return err })
	return ok, err
}

func (f *fuse) CutNotice(ctx context.Context, name, channel string, now time.Time, compose func(news.Edition) news.Cut) (ok bool, err error) {
	err = f.guard("CutNotice", func() error { ok, err = f.Store.CutNotice(ctx, name, channel, now, compose); return err })
	return ok, err
}

func (f *fuse) ClaimDelivery(ctx context.Context, now time.Time) (d news.Delivery, err error) {
	if f.point("before ClaimDelivery") {
		return d, errPowerCut
	}
	d, err = f.Store.ClaimDelivery(ctx, now)
	if err == nil && f.point("after ClaimDelivery") {
		return d, errPowerCut
	}
	if err != nil {
		f.forget()
	}
	return d, err
}

// forget takes back the point of a claim that found nothing: it changed nothing.
func (f *fuse) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.blown {
		f.points = f.points[:len(f.points)-1]
	}
}

func (f *fuse) RecordDelivery(ctx context.Context, d news.Delivery) error {
	return f.guard("RecordDelivery", func() error { return f.Store.RecordDelivery(ctx, d) })
}

// crashRun plays two hours of news with one power cut, and returns the points
// passed before it, what was posted and what the database then says.
func crashRun(t *testing.T, blow int) (points []string, told map[string]int, verdicts map[string]string) {
	db := filepath.Join(t.TempDir(), "crash.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		cfg := worldConfig(t, db, `
digests: [{name: hourly, channel: C0123456789, cron: "20 0,1 * * *", timezone: UTC}]
feeds: [{name: Wire, url: "http://wire.test/rss", lang: en, every: 5m}, {name: Paper, url: "http://paper.test/rss", lang: en, every: 7m}]
`)
		w.publish("wire.test", worldEntry{"a", events[0].title, events[0].text, start})
		go func() {
			<-time.After(6 * time.Minute)
			w.publish("paper.test", worldEntry{"a-copy", events[0].title, events[0].text, time.Now()})
			<-time.After(24 * time.Minute)
			w.publish("wire.test", worldEntry{"b", events[1].title, events[1].text, time.Now()})
			w.publish("paper.test", worldEntry{"c", events[2].title, events[2].text, time.Now()})
		}()
		run := func(blow int, until time.Time) []string {
			ctx, cancel := context.WithDeadline(t.Context(), until)
			defer cancel()
			st, err := store.Open(ctx, db)
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			f := &fuse{Store: st, blow: blow, cut: cancel}
			a := w.app(ctx, t, cfg, st)
			defer a.client.Close()
			a.monitor.Feeds, a.monitor.Items, a.cuts, a.outbox = f, f, f, f
			if err := newDaemon(a).run(ctx); err != nil {
				t.Fatal(err)
			}
			if blow > 0 && !f.blown {
				t.Fatalf("point %d was never reached", blow)
			}
			return f.points
		}
		end := start.Add(2*time.Hour + 30*time.Minute)
		points = run(blow, end)
		if blow > 0 {
			<-time.After(time.Minute)
			run(0, end)
		}
		told = map[string]int{}
		w.mu.Lock()
		for _, p := range w.posts {
			told[p.key]++
		}
		w.mu.Unlock()
		for id, n := range toldEntries(w) {
			told["entry "+id] += n
		}
		st, err := store.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		verdicts = map[string]string{}
		if err := st.Export(t.Context(), news.ExportFilter{}, func(x news.Exported) error {
			verdicts[x.GUID] = fmt.Sprint(x.Verdict, x.Of, x.Reason, x.Revisions)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
	return points, told, verdicts
}

// For every transaction of the daemon: stopped just before it or just after it and
// started again, it tells and knows exactly what it would have told and known.
func TestAStopBeforeOrAfterAnyTransactionLosesAndRepeatsNothing(t *testing.T) {
	points, wantTold, wantVerdicts := crashRun(t, 0)
	for _, id := range []string{"a", "b", "c"} {
		if wantTold["entry "+id]+wantTold["entry "+id+"-copy"] != 1 {
			t.Fatalf("undisturbed run told %v", wantTold)
		}
	}
	kinds := map[string]int{}
	tried := 0
	for i, name := range points {
		if kinds[name]++; kinds[name] > 3 { // polls repeat; the first ones of each kind differ
			continue
		}
		tried++
		t.Run(fmt.Sprintf("%s-%d", name, kinds[name]), func(t *testing.T) {
			_, told, verdicts := crashRun(t, i+1)
			if !maps.Equal(told, wantTold) {
				t.Errorf("told %v, want %v", told, wantTold)
			}
			if !maps.Equal(verdicts, wantVerdicts) {
				t.Errorf("known %v, want %v", verdicts, wantVerdicts)
			}
		})
	}
	t.Logf("stopped at %d points: %v", tried, slices.Sorted(maps.Keys(kinds)))
}
