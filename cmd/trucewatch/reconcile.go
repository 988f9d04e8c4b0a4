package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"trucewatch/internal/news"
	"trucewatch/notify"
)

// historian tells what stands in a channel and how it was received, and whether it may
// be asked; *notify.Slack does.
type historian interface {
	Verify(ctx context.Context) error
	Posted(ctx context.Context, channel string, since time.Time) ([]notify.Posted, error)
	Reactions(ctx context.Context, channel, ts string) (map[string]int, error)
	Uploads(ctx context.Context) bool
}

// reconcile learns from Slack's history, once before the first cut after a start,
// what was told that this database does not know of: it may be a restored backup.
// While the history can't be read the cuts wait, at most ten minutes.
func (d *daemon) reconcile(ctx context.Context, now time.Time) (done bool) {
	if d.reconciled.Load() {
		return true
	}
	if d.history == nil {
		d.reconciledNow()
		return true
	}
	err := d.reconcileAll(ctx, now)
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		if now.Sub(d.started) < firstRoundWait {
			d.log.Warn("the channels' history can't be read; the first digest waits", "err", err)
			d.pulse.moved(partDelivery, d.now()) // which waits with it, and does not hang
			return false
		}
		d.log.Error("the channels' history can't be read: if this database is a restored backup, old news may be told again", "err", err)
	}
	d.reconciledNow()
	return true
}

// reconciledNow lets cuts, alerts and deliveries begin.
func (d *daemon) reconciledNow() {
	d.reconciled.Store(true)
	d.opening.Do(func() { close(d.deliver) })
}

func (d *daemon) reconcileAll(ctx context.Context, now time.Time) error {
	var channels []string
	for _, dg := range d.digests {
		channels = append(channels, dg.Channel)
	}
	for _, a := range d.alerts {
		channels = append(channels, a.Channel)
	}
	slices.Sort(channels)
	var errs []error
	for _, c := range slices.Compact(channels) {
		if c == news.TerminalChannel {
			continue
		}
		if err := d.reconcileChannel(ctx, c, now); err != nil {
			errs = append(errs, fmt.Errorf("channel %s: %w", c, err))
		}
	}
	if ops := d.cfg.Ops.Channel; ops != "" && !slices.Contains(channels, ops) {
		err := d.reconcileChannel(ctx, ops, now)
		if r, ok := errors.AsType[*notify.Refusal](err); ok && r.Class == notify.Config {
			d.log.Warn("the operator's channel can't be read; after a restore they may be told again what they know", "channel", ops, "err", err)
			err = nil // digests do not wait for what only an operator mends
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("channel %s: %w", ops, err))
		}
	}
	return errors.Join(errs...)
}

func (d *daemon) reconcileChannel(ctx context.Context, channel string, now time.Time) error {
	since, err := d.store.OldestOpenCut(ctx, channel)
	if err != nil {
		return err
	}
	if since.IsZero() { // nothing was ever cut for it here
		since = now.Add(-newDatabaseLooksBack)
	}
	posted, unread := d.history.Posted(ctx, channel, since) // what was read counts, whatever was not
	restored, operator := 0, false                          // operator: what they were told last is known
	for _, p := range posted {
		if p.File != "" {
			if err := d.store.ReconcileFile(ctx, p.File, p.TS, channel); err != nil {
				return err
			}
			continue
		}
		old, err := d.store.Reconcile(ctx, p.Key, p.TS, channel, now)
		if err != nil {
			d.log.Warn("a message of ours in the channel is not understood", "channel", channel, "err", err)
			continue
		}
		if old {
			restored++
		}
		if p.Note != "" && !operator { // the newest that is ours says all
			if operator, err = d.reconcileOperator(ctx, p, old); err != nil {
				return err
			}
		}
	}
	if restored > 0 {
		d.log.Warn("this database is older than what was told; what the channel holds counts as told", "channel", channel, "digests", restored)
	}
	return unread
}

// reconcileOperator learns from a message to the operator what they were told. A message
// that was known is ours, and nothing newer is to be learnt.
func (d *daemon) reconcileOperator(ctx context.Context, p notify.Posted, unknown bool) (ours bool, err error) {
	if !unknown {
		return true, nil
	}
	return d.store.ReconcileOperator(ctx, p.Note)
}

// newDatabaseLooksBack is how far a database that never cut for a channel reads
// the channel's history.
const newDatabaseLooksBack = 8 * 24 * time.Hour
