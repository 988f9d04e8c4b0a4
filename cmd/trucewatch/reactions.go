package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	reactionsPerTick = 20        // messages whose reactions are counted in one minute
	reactionsRest    = time.Hour // after Slack refused
)

// countReactions reads back the reactions on the numbered replies: counts by
// emoji, never who reacted. Without the scope for it, it asks once an hour.
func (d *daemon) countReactions(ctx context.Context, now time.Time) error {
	if d.history == nil || now.Before(d.reactions) {
		return nil
	}
	due, err := d.store.DueReactions(ctx, now, reactionsPerTick)
	if err != nil {
		return err
	}
	for _, m := range due {
		counts, err := d.history.Reactions(ctx, m.Channel, m.TS)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			d.reactions = now.Add(reactionsRest)
			d.log.Info("reactions are not counted", "channel", m.Channel, "err", err)
			return nil
		}
		if err := d.store.RecordReactions(ctx, m.ID, counts, now); err != nil {
			return err
		}
	}
	return nil
}

// reactionsLine words counts of reactions, the most frequent first.
func reactionsLine(counts map[string]int64) string {
	names := slices.SortedStableFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return int(counts[b] - counts[a])
		}
		return strings.Compare(a, b)
	})
	var parts []string
	for _, n := range names {
		parts = append(parts, fmt.Sprintf(":%s: %d", n, counts[n]))
	}
	return strings.Join(parts, ", ")
}
