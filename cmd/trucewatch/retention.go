package main

import (
	"context"
	"time"
)

// retainEvery is the distance of two rounds of retention.
const retainEvery = time.Hour

// textsPerTx bounds one transaction of retention.
const textsPerTx = 200

// retain removes texts that have been kept long enough, once an hour, in small
// transactions so that nothing waits for it. Titles, fingerprints and what was told
// stay.
func (d *daemon) retain(ctx context.Context, now time.Time) error {
	if now.Sub(d.retained) < retainEvery {
		return nil
	}
	removed := 0
	text, unrelated := now.Add(-d.cfg.Retention.Text), now.Add(-d.cfg.Retention.UnrelatedText)
	for after, more := int64(0), true; more && ctx.Err() == nil; {
		next, n, err := d.store.PruneTexts(ctx, after, text, unrelated, textsPerTx)
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
