package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/notify"
	"trucewatch/store"
)

// firstRoundWait bounds how long a cut waits, after a start, for the first round
// and for what is not judged yet.
const firstRoundWait = 10 * time.Minute

// daemon is a running app: jobs that tick each minute, and the delivery.
type daemon struct {
	*app
	*oversight
	started    time.Time
	firstDone  atomic.Bool   // every feed due at the start was tried once
	greeted    bool          // the hello is said; of the digest job alone, like the next
	reconciled atomic.Bool   // what Slack's history shows is known
	deliver    chan struct{} // closed once it is: a restored outbox may hold what was posted
	opening    sync.Once     // of deliver
	slack      tokenWatch
	reactions  time.Time     // not counted before; of the reactions job alone
	polling    atomic.Int64  // when the round that is under way began, in Unix milliseconds; 0: none is
	judging    sync.Mutex    // of judge, and of the next two
	alerted    time.Time     // what was touched until then was looked at for alerts
	heldBack   time.Time     // when to look again at alerts that were held back, zero for none
	wake       chan struct{} // a cut queued messages
	unusable   func(error)   // ends the run: no waiting mends the database
	ticked     func()        // after each minute in which every part showed signs of work
}

func newDaemon(a *app) *daemon {
	return &daemon{app: a, oversight: newOversight(a), started: a.now(), wake: make(chan struct{}, 1), deliver: make(chan struct{}), ticked: func() {}}
}

// run polls, judges, cuts and delivers until ctx ends, then drains: what was
// fetched is recorded, what was posted is recorded, and nothing new begins. It
// returns an error when the database turns out to be unusable.
func (d *daemon) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d.unusable = stop
	var wg sync.WaitGroup
	defer wg.Wait()
	d.attend()
	deliverer := d.deliverer()
	wg.Go(func() {
		select {
		case <-d.deliver:
		case <-ctx.Done():
			return
		}
		if err := deliverer.Run(ctx); err != nil {
			d.log.Error("delivery stopped", "err", err)
		}
	})
	monitor.Run(ctx, d.log,
		d.job(partPoll, d.round),
		d.job(partPages, d.monitor.FetchPages),
		d.job(partDigest, d.cut),
		monitor.Job{Name: "judge", Run: d.patient(d.judgeMeanwhile)},
		monitor.Job{Name: "learn", Run: d.patient(d.monitor.LearnBoilerplate)},
		monitor.Job{Name: "retention", Run: d.patient(d.retain)},
		monitor.Job{Name: "reactions", Run: d.patient(d.countReactions)},
		monitor.Job{Name: "ops", Run: d.patient(d.oversee)},
		monitor.Job{Name: "tick", Run: d.tick},
	)
	if err := context.Cause(ctx); errors.Is(err, store.ErrUnusable) {
		return err
	}
	return nil
}

func (d *daemon) deliverer() *notify.Deliverer {
	return &notify.Deliverer{Outbox: currentWords{merging{d.outbox, d.app}, d}, Poster: withCommand(d.poster, d.cfg.Ops.Command), Now: d.now, Log: d.log, Wake: d.wake}
}

// job is a part of the daemon that has to show signs of work.
func (d *daemon) job(part string, run func(context.Context, time.Time) error) monitor.Job {
	return monitor.Job{Name: part, Run: d.patient(func(ctx context.Context, now time.Time) error {
		err := run(ctx, now)
		if ctx.Err() == nil {
			d.pulse.ran(part, d.now(), err)
		}
		return err
	})}
}

// tick ends a minute: the watchdog is fed while every part shows signs of work.
func (d *daemon) tick(_ context.Context, now time.Time) error {
	if parts := d.pulse.stalled(now, d.stallAfter()); len(parts) > 0 {
		return fmt.Errorf("the watchdog is not fed: nothing was done for over %s by: %s", span(d.stallAfter()), strings.Join(parts, ", "))
	}
	d.ticked()
	return nil
}

// patient turns what may pass (a full disk, a read-only file) into a log line: the
// daemon stays up and tries again the next minute.
func (d *daemon) patient(job func(context.Context, time.Time) error) func(context.Context, time.Time) error {
	return func(ctx context.Context, now time.Time) error {
		err := job(ctx, now.UTC())
		if errors.Is(err, store.ErrUnusable) {
			d.unusable(err)
		}
		if err != nil && store.Blocked(err) {
			return fmt.Errorf("the database can't be written, trying again each minute: %w", err)
		}
		return err
	}
}

// round polls what is due, judges what is pending, and alerts if something turned.
func (d *daemon) round(ctx context.Context, now time.Time) error {
	d.polling.Store(now.UnixMilli())
	r, err := d.monitor.Poll(ctx, now, false)
	d.polling.Store(0)
	if r.Polled > 0 {
		d.counts.polled(r)
		d.log.Info("polled", "feeds", r.Polled, "failed", r.Failed, "new", r.New, "revised", r.Revised, "which_failed", failedNames(r))
	}
	if err == nil && ctx.Err() == nil {
		d.firstDone.Store(true)
	}
	return errors.Join(err, d.judge(ctx, now))
}

// failedNames names the sources that failed in a round, for the log; "" when none did.
func failedNames(r monitor.Round) string {
	names := slices.Sorted(slices.Values(r.Names))
	if more := r.Failed - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// judgeMeanwhile judges what a round brought so far that takes longer than a minute: a host
// that does not answer keeps no other's news from digests and alerts.
func (d *daemon) judgeMeanwhile(ctx context.Context, now time.Time) error {
	if began := d.polling.Load(); began == 0 || now.UnixMilli()-began < time.Minute.Milliseconds()/2 {
		return nil
	}
	return d.judge(ctx, now)
}

// judge judges what is pending, and alerts if something turned.
func (d *daemon) judge(ctx context.Context, now time.Time) error {
	d.judging.Lock()
	defer d.judging.Unlock()
	t, err := d.monitor.Process(ctx, now)
	if t.Judged > 0 {
		d.counts.judged(t)
		d.log.Info("judged", "items", t.Judged, "new", t.New, "updates", t.Update, "duplicates", t.Duplicate, "main", t.Main, "mention", t.Mention, "developments", t.Stories)
	}
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, d.alert(ctx, now))
}

// cut greets on the first start and cuts every digest that has a slot due.
func (d *daemon) cut(ctx context.Context, now time.Time) error {
	if !d.reconcile(ctx, now) {
		return nil
	}
	errs := []error{d.hello(ctx, now)}
	for _, dg := range d.digests {
		errs = append(errs, d.cutDigest(ctx, dg, now))
	}
	return errors.Join(errs...)
}

// cutDigest cuts the latest due slot of a digest. Earlier ones that were missed
// are covered by it; a slot older than catch_up is let go.
func (d *daemon) cutDigest(ctx context.Context, dg digest, now time.Time) error {
	slot, due, err := d.dueSlot(ctx, dg, now)
	if err != nil || !due {
		return err
	}
	unasked, wait, err := d.unfinished(ctx, slot, now)
	if err != nil || wait {
		return err
	}
	if err := d.cuts.Regroup(ctx, now, monitor.Regroup, d.monitor.Deciders()); err != nil {
		return err
	}
	silent, write := false, d.composer(ctx, dg)
	cut, err := d.cuts.CutDigest(ctx, dg.DigestSpec, slot, now, unasked, func(e news.Edition) news.Cut {
		c := write(e)
		silent = len(c.Messages) == 0
		return c
	})
	if err != nil {
		return err
	}
	if cut {
		d.counts.digests.Inc()
		d.quiet.Store(silent)
		d.log.Info("digest cut", "digest", dg.Name, "channel", dg.Channel, "slot", slot)
		d.kick()
	}
	return nil
}

// dueSlot is the latest slot of a digest that is due and not cut.
func (a *app) dueSlot(ctx context.Context, dg digest, now time.Time) (time.Time, bool, error) {
	last, err := a.store.LastCut(ctx, dg.Name)
	if err != nil {
		return time.Time{}, false, err
	}
	if last.Before(dg.first) {
		last = dg.first
	}
	slots := monitor.Slots(dg.spec, dg.Zone, last, now)
	if len(slots) == 0 {
		return time.Time{}, false, nil
	}
	slot := slots[len(slots)-1]
	if now.Sub(slot) > dg.CatchUp {
		return slot, false, nil
	}
	return slot, true, nil
}

// unfinished tells whether a cut has to wait: after a start, until every due feed
// was tried once and nothing seen before the slot is unjudged, at most ten
// minutes. It returns the names of those feeds that were not tried.
func (d *daemon) unfinished(ctx context.Context, slot, now time.Time) (unasked []string, wait bool, err error) {
	late := now.Sub(d.started) >= firstRoundWait && now.Sub(slot) >= firstRoundWait
	if !d.firstDone.Load() {
		feeds, err := d.store.DueFeeds(ctx, now, false)
		for _, f := range feeds { // some are due again: they were tried
			if f.Poll.LastTry.Before(d.started.Truncate(time.Millisecond)) { // as times are stored
				unasked = append(unasked, f.Name)
			}
		}
		return unasked, !late, err
	}
	open, err := d.store.PendingBefore(ctx, slot)
	return nil, open && !late, err
}

// composer writes what a digest says, for the store to call inside its transaction.
func (a *app) composer(ctx context.Context, dg digest) func(news.Edition) news.Cut {
	files := dg.Kind == "recap" && dg.Channel != news.TerminalChannel && a.history != nil && a.history.Uploads(ctx)
	return func(e news.Edition) news.Cut {
		d, told := notify.Compose(e)
		d.Files = files
		return news.Cut{Kind: d.Kind, Messages: notify.Render(d), Told: told}
	}
}

// hello queues the one message of a first start, once the first round is over.
func (d *daemon) hello(ctx context.Context, now time.Time) error {
	if d.greeted || len(d.digests) == 0 || !d.firstDone.Load() && now.Sub(d.started) < firstRoundWait {
		return nil
	}
	to := d.digests[0]
	var next []notify.Next
	for _, dg := range d.digests {
		next = append(next, notify.Next{Name: dg.Name, At: dg.spec.Next(now), Zone: dg.Zone})
	}
	var topics []string
	for _, t := range d.cfg.Topics {
		topics = append(topics, t.Name)
	}
	said, err := d.cuts.CutNotice(ctx, helloName, to.Channel, now, func(e news.Edition) news.Cut {
		// Stored times are cut to milliseconds, and the first round may have begun in the
		// one in which the daemon did.
		h := notify.Greet(to.Channel, topics, e.Sources, d.started.Add(-time.Second), next, now, to.Zone)
		return news.Cut{Kind: h.Kind, Messages: notify.Render(h)}
	})
	if said {
		d.kick()
	}
	d.greeted = err == nil
	return err
}

const helloName = "hello"

// kick wakes the delivery without waiting for it.
func (d *daemon) kick() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}
