package main

import (
	"context"
	"errors"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/notify"
)

// alertsAtOnce bounds the alerts cut of one name in one minute: a correction and
// what follows it. The rest waits for the next minute.
const alertsAtOnce = 5

// alert cuts what must be told at once. It looks only when a development was
// touched since the last look: most minutes nothing was.
func (d *daemon) alert(ctx context.Context, now time.Time) error {
	if len(d.alerts) == 0 || !d.reconciled.Load() {
		return nil
	}
	touched, err := d.store.LastTouched(ctx)
	if err != nil || !touched.After(d.alerted) {
		return err
	}
	if err := d.cuts.Regroup(ctx, now, monitor.Regroup); err != nil {
		return err
	}
	var errs []error
	for _, spec := range d.alerts {
		errs = append(errs, d.cutAlerts(ctx, spec, now))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	d.alerted = touched
	return nil
}

func (d *daemon) cutAlerts(ctx context.Context, spec news.AlertSpec, now time.Time) error {
	for range alertsAtOnce {
		cut, err := d.cuts.CutAlert(ctx, spec, now, func(e news.Edition, original func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool) {
			return notify.AlertOf(e, spec, original)
		})
		if err != nil || !cut {
			return err
		}
		d.log.Info("alert cut", "alert", spec.Name, "channel", spec.Channel)
		d.kick()
	}
	return nil
}
