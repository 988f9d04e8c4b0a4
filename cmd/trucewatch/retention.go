package main

import (
	"context"
	"time"
)

// retainEvery is the distance of two rounds of retention: each looks at every item.
// The first comes an hour after the start, so that a program that is started over and
// over does not spend its time with it.
const (
	retainEvery = 24 * time.Hour
	retainFirst = time.Hour
)

// retainStep is how many items one transaction of retention looks at.
const retainStep = 500

// retain removes texts that have been kept long enough, once a day, in small
// transactions so that nothing waits for it. Titles, fingerprints and what was told
// stay.
func (d *daemon) retain(ctx context.Context, now time.Time) error {
	if d.retained.IsZero() {
		d.retained = now.Add(retainFirst - retainEvery)
	}
	if since := now.Sub(d.retained); since >= 0 && since < retainEvery { // a clock set back starts over
		return nil
	}
	removed := 0
	text, unrelated := now.Add(-d.cfg.Retention.Text), now.Add(-d.cfg.Retention.UnrelatedText)
	for after, more := int64(0), true; more && ctx.Err() == nil; {
		next, n, err := d.store.PruneTexts(ctx, after, text, unrelated, retainStep)
		if err != nil {
			return err
		}
		removed += n
		d.counts.pruned.Add(float64(n))
		after, more = next, next != 0
	}
	if ctx.Err() != nil {
		return nil
	}
	d.retained = now
	if removed > 0 {
		d.log.Info("texts removed", "texts", removed, "older_than", text.Format(time.DateOnly), "unrelated_older_than", unrelated.Format(time.DateOnly))
	}
	return nil
}
