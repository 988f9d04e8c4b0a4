package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"
)

// RunCmd runs the daemon.
type RunCmd struct{}

func (*RunCmd) Help() string {
	return `SIGHUP has it read its configuration again: a file that cannot be used changes nothing.
SIGTERM and SIGINT have it finish what was begun; a second one ends it at once.`
}

func (*RunCmd) Run(e *env) error {
	reload := make(chan os.Signal, 1) // caught from the first instant on: it would end the program
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	cfg, st, close, err := e.openDaemon()
	if err != nil {
		return err
	}
	defer close()
	warnWatchdog(e)
	s := &service{env: e, store: st, load: e.loadConfig, reload: reload, notify: func(state string) { sdNotify(e, state) }}
	return s.run(cfg)
}

// warnWatchdog says when systemd's watchdog is set so short that a tick a minute
// cannot feed it.
func warnWatchdog(e *env) {
	every, err := systemd.SdWatchdogEnabled(false)
	if err == nil && every > 0 && every < 2*time.Minute {
		e.log.Warn("WatchdogSec is too short for a tick a minute; set it to 3min or more", "watchdog", every)
	}
}

func sdNotify(e *env, state string) {
	if _, err := systemd.SdNotify(false, state); err != nil {
		e.log.Warn("systemd was not notified", "state", state, "err", err)
	}
}
