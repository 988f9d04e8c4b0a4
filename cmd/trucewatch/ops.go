package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/store"
)

// oversight is what the daemon knows of its own work, across reloads.
type oversight struct {
	pulse  *pulse
	counts *counts
	clock  func() (wall time.Time, running time.Duration) // running does not jump

	quiet atomic.Bool // a digest was cut that says nothing, by design
	proof atomic.Bool // something was verified that the heartbeat is owed for

	// The rest is of the ops job alone, but for seen.
	patience    time.Duration // with the database, in one look
	lastWall    time.Time
	lastRunning time.Duration
	retained    time.Time     // of the retention job alone
	unsaved     []store.Alarm // told past the outbox, and not stored yet

	mu      sync.Mutex
	seen    watched // the last look
	said    []trouble
	refused string // why the newest configuration is not in force; "" when it is
}

func newOversight(a *app) *oversight {
	began, now := time.Now(), a.now // and not a: an oversight outlives it
	return &oversight{
		patience: lookTimeout,
		counts:   newCounts(),
		pulse:    newPulse(now(), partPoll, partPages, partDigest, partDelivery),
		clock:    func() (time.Time, time.Duration) { return now().Round(0), time.Since(began) },
	}
}

// attend has the pulse feel every commit.
func (d *daemon) attend() {
	moved := func(part string) func() { return func() { d.pulse.moved(part, d.now()) } }
	d.monitor.Feeds = pulsedFeeds{d.monitor.Feeds, moved(partPoll)}
	d.monitor.Items = pulsedItems{d.monitor.Items, moved(partPoll), moved(partPages)}
	d.outbox = pulsedOutbox{d.outbox, func(err error) { d.pulse.ran(partDelivery, d.now(), err) }, d.recorded}
}

// recorded counts what became of a message, and notes what the heartbeat attests.
func (d *daemon) recorded(m news.Delivery) {
	d.counts.deliveries.WithLabelValues(string(m.State)).Inc()
	d.heard(m)
	if m.State == news.Sent && m.Message.Kind != "ops" {
		d.counts.lastSent.Store(d.now().UnixMilli())
		d.proof.Store(true)
	}
}

// stallAfter is how long a part may show no work: longer than any one request.
func (d *daemon) stallAfter() time.Duration {
	return max(stallAfter, d.cfg.HTTP.Timeout+2*time.Minute)
}

// lookTimeout bounds one look at the database: a lock that is held must not keep
// the operator from hearing of it.
const lookTimeout = 20 * time.Second

// oversee looks at everything once, tells the operator what begins and ends, and
// fetches the heartbeat when it is owed.
func (d *daemon) oversee(ctx context.Context, now time.Time) error {
	d.verifyToken(ctx, now)
	w := d.look(ctx, now)
	if ctx.Err() != nil {
		return nil
	}
	present := troubles(w)
	d.mu.Lock()
	d.seen, d.said = w, present
	d.mu.Unlock()
	if d.mayBeTold(w) {
		err := d.tellOperator(ctx, w, present)
		return errors.Join(err, d.heartbeat(ctx, w))
	}
	return d.heartbeat(ctx, w)
}

// mayBeTold is whether it is known what the operator was told: a restored database
// learns it from Slack's history first, as long as cuts wait for that too. What the
// database itself suffers from is told at once.
func (d *daemon) mayBeTold(w watched) bool {
	return d.reconciled.Load() || w.now.Sub(d.started) >= firstRoundWait || w.blocked != "" || w.condErr != nil || len(w.stalled) > 0
}

// look gathers what is seen at now.
func (d *daemon) look(ctx context.Context, now time.Time) watched {
	w := watched{now: now, free: freeShare(d.cfg.Database), failedFor: d.cfg.Ops.FailedFor, sideBelow: d.cfg.Ops.SideBelow}
	read, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	w.cond, w.condErr = d.store.Condition(read)
	for part, b := range d.pulse.signs() {
		if b.Err != nil && store.Blocked(b.Err) && (w.blocked == "" || part == partPoll) {
			w.blocked = b.Err.Error()
		}
	}
	w.stalled = d.pulse.stalled(now, max(stallTold, d.cfg.HTTP.Timeout+time.Minute))
	w.token = d.tokenRefused(w.cond.Alarms)
	if w.condErr == nil {
		w.late = d.lateDigests(w.cond.LastCut, now)
	}
	wall, running := d.clock()
	if !d.lastWall.IsZero() {
		w.jump = wall.Sub(d.lastWall) - (running - d.lastRunning)
	} else {
		w.jump = sinceTheFuture(w.cond.Feeds, now)
	}
	d.lastWall, d.lastRunning = wall, running
	return w
}

// sinceTheFuture is how far, negative, the clock went back while the program was
// not running: something was done later than now.
func sinceTheFuture(feeds []store.FeedCondition, now time.Time) time.Duration {
	var back time.Duration
	for _, f := range feeds {
		back = min(back, now.Sub(f.Poll.LastTry))
	}
	return back
}

// lateDigests says of each digest whose slot was due and is not cut how late it is.
func (d *daemon) lateDigests(last map[string]time.Time, now time.Time) map[string]string {
	out := map[string]string{}
	if now.Sub(d.started) < digestLate {
		return out
	}
	for _, dg := range d.digests {
		after := last[dg.Name]
		if after.Before(dg.first) {
			after = dg.first
		}
		slots := monitor.Slots(dg.spec, dg.Zone, after, now)
		if len(slots) == 0 {
			continue
		}
		if slot := slots[len(slots)-1]; now.Sub(slot) >= digestLate {
			out[dg.Name] = "was due " + slot.In(dg.Zone).Format("2 Jan 15:04 MST") + " and is not made"
			if now.Sub(slot) > dg.CatchUp {
				out[dg.Name] += "; it is too late to catch up, the next one covers it"
			}
		}
	}
	return out
}

// tellOperator queues what is to be told together with the fact that it was. When
// the database can't take it, it is told past the outbox, once.
func (d *daemon) tellOperator(ctx context.Context, w watched, present []trouble) error {
	known := overlay(w.cond.Alarms, d.unsaved)
	changed, text := told(known, w.cond.Feeds, present, w.now)
	if len(changed) == 0 && (len(d.unsaved) == 0 || w.condErr != nil) {
		return nil
	}
	if text != "" {
		d.log.Warn("the operator is told", "text", text)
		d.counts.told.Inc()
	}
	m := opsMessage(text)
	if text == "" {
		m = news.Message{}
	}
	err := error(nil)
	if w.blocked == "" && w.condErr == nil {
		write, cancel := context.WithTimeout(ctx, d.patience)
		err = d.store.TellOperator(write, d.operators(), w.now, overlay(d.unsaved, changed), m)
		cancel()
		if err == nil {
			d.unsaved = nil
			d.kick()
			return nil
		}
		if ctx.Err() != nil {
			return nil
		}
	}
	d.unsaved = overlay(d.unsaved, changed)
	if text == "" {
		return err
	}
	return errors.Join(err, d.tellDirectly(ctx, m, w.now))
}

// overlay returns base with the alarms of the same causes replaced by those of top.
func overlay(base, top []store.Alarm) []store.Alarm {
	out := append([]store.Alarm(nil), base...)
	for _, t := range top {
		at := -1
		for i := range out {
			if out[i].Cause == t.Cause {
				at = i
			}
		}
		if at >= 0 {
			out[at] = t
		} else {
			out = append(out, t)
		}
	}
	return out
}

// operators are the channels in which the operator is told: a Slack channel, a
// command, both or none.
func (d *daemon) operators() (out []string) {
	if d.cfg.Ops.Channel != "" {
		to := d.cfg.Ops.Channel
		if !d.token {
			to = news.TerminalChannel
		}
		out = append(out, to)
	}
	if d.cfg.Ops.Command != "" {
		out = append(out, commandChannel)
	}
	return out
}

// tellDirectly tells without the database, once and without a promise.
func (d *daemon) tellDirectly(ctx context.Context, m news.Message, now time.Time) error {
	var errs []error
	for _, to := range d.operators() {
		post, cancel := context.WithTimeout(ctx, commandTimeout)
		// Without a key: what the outbox does not know is not reconciled with it.
		_, err := withCommand(d.poster, d.cfg.Ops.Command).Post(post, news.Delivery{Channel: to, Digest: store.OpsDigest, Slot: now, Message: m})
		cancel()
		if err != nil {
			errs = append(errs, fmt.Errorf("tell the operator in %s: %w", to, err))
		}
	}
	return errors.Join(errs...)
}

// heartbeat fetches the operator's heartbeat URL when a message has arrived, or a
// digest had nothing to say while none is held back and Slack takes the token. A failed fetch is tried again
// the next minute.
func (d *daemon) heartbeat(ctx context.Context, w watched) error {
	if d.quiet.Load() && w.condErr == nil && len(w.cond.Open) == 0 && w.token == "" {
		d.quiet.Store(false)
		d.proof.Store(true)
	}
	if d.cfg.Ops.Heartbeat == "" || !d.proof.Load() {
		return nil
	}
	_, err := d.client.Fetch(ctx, egress.Request{URL: d.cfg.Ops.Heartbeat, MaxBody: 64 << 10})
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		d.counts.heartbeats.WithLabelValues("failed").Inc()
		if e, ok := errors.AsType[*egress.Error](err); ok && e.Kind == egress.Forbidden {
			return fmt.Errorf("heartbeat: %w; a private address has to stand in http.allow", err)
		}
		return fmt.Errorf("heartbeat: %w", err)
	}
	d.proof.Store(false)
	d.counts.heartbeats.WithLabelValues("ok").Inc()
	return nil
}

// freeShare is the share of free space of the disk a file is on, or would be; -1
// when it can't be told.
func freeShare(path string) float64 {
	var s syscall.Statfs_t
	if err := syscall.Statfs(filepath.Clean(parent(path)), &s); err != nil || s.Blocks == 0 {
		return -1
	}
	return float64(s.Bavail) / float64(s.Blocks)
}

// statusLine says in a line what the daemon is doing, for systemd.
func (d *daemon) statusLine() string {
	d.mu.Lock()
	w, said, refused := d.seen, d.said, d.refused
	d.mu.Unlock()
	if refused != "" {
		return oneLine("the new configuration was refused, the former one stays: " + refused)
	}
	if w.now.IsZero() {
		return "starting: the first round of sources"
	}
	read := 0
	for _, f := range w.cond.Feeds {
		if f.Poll.Err == "" && !f.Poll.Gone && !f.Poll.LastOK.IsZero() {
			read++
		}
	}
	s := strconv.Itoa(read) + " of " + strconv.Itoa(len(w.cond.Feeds)) + " sources read"
	if name, at, zone := d.nextDigest(w.now); !at.IsZero() {
		s += "; next digest " + name + " " + at.In(zone).Format("2 Jan 15:04 MST")
	}
	if n := len(w.cond.Open); n > 0 {
		s += "; " + strconv.Itoa(n) + " messages wait"
	}
	if len(said) > 0 {
		s += "; trouble: " + said[0].says
		if len(said) > 1 {
			s += " and " + strconv.Itoa(len(said)-1) + " more"
		}
	}
	return oneLine(s)
}

// nextDigest is the first slot after now of any digest; at the zero time there is none.
func (d *daemon) nextDigest(now time.Time) (name string, at time.Time, zone *time.Location) {
	for _, dg := range d.digests {
		if next := dg.spec.Next(now); !next.IsZero() && (at.IsZero() || next.Before(at)) {
			name, at, zone = dg.Name, next, dg.Zone
		}
	}
	return name, at, zone
}

// refuse notes why a new configuration is not in force; "" says that it is.
func (d *daemon) refuse(why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refused = why
}
