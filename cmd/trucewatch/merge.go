package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
	"trucewatch/notify"
)

// merging is the outbox of a daemon: what a channel could not be sent for days is
// merged into one message before the first of it goes out.
type merging struct {
	notify.Outbox
	*app
}

// RecoverClaims makes the outbox true after a start, then merges what was held.
func (m merging) RecoverClaims(ctx context.Context, now time.Time) error {
	if err := m.Outbox.RecoverClaims(ctx, now); err != nil {
		return err
	}
	n, err := m.store.MergeQueued(ctx, now, merger(zonesOf(m.cfg), now))
	if n > 0 {
		m.log.Warn("messages that waited for over 72 hours are merged", "messages", n)
	}
	return err
}

// merger is what the store merges with, told in the zone of each channel.
func merger(zone func(channel string) *time.Location, now time.Time) func(string, []news.Delivery) ([]news.Message, []news.DeliveryID) {
	return func(channel string, rows []news.Delivery) ([]news.Message, []news.DeliveryID) {
		return notify.Merge(rows, zone(channel), now)
	}
}

// zonesOf gives the zone of a channel's first digest or alert; UTC for a channel
// that is no longer configured.
func zonesOf(cfg config.Config) func(channel string) *time.Location {
	zones := map[string]*time.Location{}
	for _, printing := range []bool{false, true} {
		for _, a := range cfg.AlertSpecs(printing) {
			zones[a.Channel] = a.Zone
		}
		for _, d := range slices.Backward(cfg.DigestSpecs(printing)) {
			zones[d.Channel] = d.Zone
		}
	}
	return func(channel string) *time.Location { return cmp.Or(zones[channel], time.UTC) }
}
