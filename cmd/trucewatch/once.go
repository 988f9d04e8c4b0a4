package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/notify"
)

// OnceCmd runs one round.
type OnceCmd struct {
	All    bool `help:"Ask every feed, due or not, and cut every digest as of now."`
	DryRun bool `help:"Store polls and verdicts, but print the digests and write no told mark, slot or message."`
}

// deliveryPatience is how long one round waits for Slack's limits and look-ups.
const deliveryPatience = 2 * time.Minute

func (c *OnceCmd) Run(e *env) error {
	cfg, st, close, err := e.openDaemon()
	if err != nil {
		return err
	}
	defer close()
	a, err := newApp(e, cfg, st, options{})
	if err != nil {
		return err
	}
	defer a.client.Close()
	return c.round(e, newDaemon(a))
}

// round polls, judges, cuts and delivers once. A feed that fails does not fail it.
func (c *OnceCmd) round(e *env, d *daemon) error {
	now := d.now()
	r, err := d.monitor.Poll(e.ctx, now, c.All)
	if err != nil {
		return err
	}
	if err := d.monitor.FetchPages(e.ctx, now); err != nil {
		return err
	}
	t, err := d.monitor.Process(e.ctx, d.now())
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "%s asked, %d failed; items: %d new, %d revised; judged: %d (new %d, updates %d, duplicates %d); about the talks: %d, mentions: %d\n",
		plural(int64(r.Polled), "feed", "feeds"), r.Failed, r.New, r.Revised, t.Judged, t.New, t.Update, t.Duplicate, t.Main, t.Mention)
	if r.Failed > 0 {
		fmt.Fprintf(e.stderr, "not read: %s; `trucewatch status` says why\n", failedNames(r))
	}
	if e.ctx.Err() != nil {
		return e.ctx.Err()
	}
	d.firstDone.Store(true)
	return c.tell(e, d)
}

// refused reports whether every reason of err is a clear refusal by Slack.
func refused(err error) bool {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return !slices.ContainsFunc(many.Unwrap(), func(e error) bool { return !refused(e) })
	}
	_, ok := errors.AsType[*notify.Refusal](err)
	return ok
}

// tell cuts and delivers, or with DryRun shows what would be told.
func (c *OnceCmd) tell(e *env, d *daemon) error {
	now := d.now()
	if d.history != nil && !c.DryRun {
		// A channel that refuses us refuses the message too: it is held, and told of below.
		if err := d.reconcileAll(e.ctx, now); err != nil && !refused(err) {
			return fmt.Errorf("the channels' history can't be read, so nothing is told: %w", err)
		}
	}
	if err := d.cuts.Regroup(e.ctx, now, monitor.Regroup, d.monitor.Deciders()); err != nil {
		return err
	}
	for _, dg := range d.digests {
		slot, due := now, true
		if !c.All && !c.DryRun {
			var err error
			if slot, due, err = d.dueSlot(e.ctx, dg, now); err != nil {
				return err
			}
		}
		if !due {
			continue
		}
		if c.DryRun {
			err := d.store.WouldCut(e.ctx, dg.DigestSpec, slot, func(ed news.Edition) {
				digest, _ := notify.Compose(ed)
				fmt.Fprintf(e.stdout, "%s\n", notify.Text(digest, terminalWidth(e.stdout), colour(e)))
			})
			if err != nil {
				return err
			}
			continue
		}
		if _, err := d.cuts.CutDigest(e.ctx, dg.DigestSpec, slot, now, nil, d.composer(e.ctx, dg)); err != nil {
			return err
		}
	}
	if c.DryRun {
		return nil
	}
	if err := d.deliverer().Drain(e.ctx, deliveryPatience); err != nil {
		return err
	}
	open, err := d.store.Deliveries(e.ctx, true, 100)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		fmt.Fprintf(e.stderr, "%s not delivered: see `trucewatch outbox list`\n", plural(int64(len(open)), "message is", "messages are"))
		return errFailed
	}
	return errors.Join(e.ctx.Err())
}
