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
// touched since the last look, which most minutes none was, or when what was held
// back then may be told.
func (d *daemon) alert(ctx context.Context, now time.Time) error {
	if len(d.alerts) == 0 || !d.reconciled.Load() {
		return nil
	}
	touched, err := d.store.LastTouched(ctx)
	ahead := touched.After(now) // by a clock that was wrong: until then nothing tells a touch from those before
	if err != nil || !ahead && !touched.After(d.alerted) && (d.heldBack.IsZero() || now.Before(d.heldBack)) {
		return err
	}
	if err := d.cuts.Regroup(ctx, now, monitor.Regroup, d.monitor.Deciders()); err != nil {
		return err
	}
	var errs []error
	var heldBack time.Time
	for _, spec := range d.alerts {
		again, err := d.cutAlerts(ctx, spec, now)
		errs = append(errs, err)
		if heldBack.IsZero() || !again.IsZero() && again.Before(heldBack) {
			heldBack = again
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	d.alerted, d.heldBack = touched, heldBack
	return nil
}

// cutAlerts cuts the alerts of one name that are due, and says when to look again
// although no development was touched; zero: not until then.
func (d *daemon) cutAlerts(ctx context.Context, spec news.AlertSpec, now time.Time) (again time.Time, err error) {
	for range alertsAtOnce {
		cut, err := d.cuts.CutAlert(ctx, spec, now, func(e news.Edition, original func(news.DeliveryID) (news.Message, bool)) (cut news.Cut, due bool) {
			cut, due, again = notify.AlertOf(e, spec, original)
			return cut, due
		})
		if err != nil || !cut {
			return again, err
		}
		d.log.Info("alert cut", "alert", spec.Name, "channel", spec.Channel)
		d.kick()
	}
	return now.Add(time.Minute), nil // there may be more
}
