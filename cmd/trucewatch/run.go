package main

import (
	"context"
	"fmt"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"trucewatch/store"
)

// RunCmd runs the daemon.
type RunCmd struct{}

func (*RunCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	lock, err := store.LockDaemon(cfg.Database)
	if err != nil {
		return err
	}
	defer lock.Release()
	st, err := openStore(e.ctx, cfg)
	if err != nil {
		return err
	}
	defer st.Close()
	a, err := newApp(e, cfg, st, options{})
	if err != nil {
		return err
	}
	defer a.client.Close()
	d := newDaemon(a)
	d.ticked = watchdog(e)
	e.log.Info("started", "version", version(), "feeds", len(cfg.Feeds), "digests", len(a.digests), "alerts", len(a.alerts), "slack", a.token, "database", cfg.Database)
	if !a.token {
		fmt.Fprintln(e.stderr, "No Slack token is configured: digests are printed here. See docs/slack.md.")
	}
	sdNotify(e, systemd.SdNotifyReady)
	context.AfterFunc(e.ctx, func() { sdNotify(e, systemd.SdNotifyStopping) })
	if err := d.run(e.ctx); err != nil {
		return err
	}
	e.log.Info("stopped")
	return nil
}

// watchdog returns what feeds systemd's watchdog: called by each finished minute
// tick, it proves that the scheduler moves.
func watchdog(e *env) func() {
	every, err := systemd.SdWatchdogEnabled(false)
	if err != nil || every == 0 {
		return func() {}
	}
	if every < 2*time.Minute {
		e.log.Warn("WatchdogSec is too short for a tick a minute; set it to 3min or more", "watchdog", every)
	}
	return func() { sdNotify(e, systemd.SdNotifyWatchdog) }
}

func sdNotify(e *env, state string) {
	if _, err := systemd.SdNotify(false, state); err != nil {
		e.log.Warn("systemd was not notified", "state", state, "err", err)
	}
}
