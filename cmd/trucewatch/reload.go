package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"trucewatch/internal/config"
	"trucewatch/store"
)

// service runs one daemon after the other on one database: a reload of the
// configuration ends one and begins the next.
type service struct {
	env     *env
	store   *store.Store
	options options
	load    func() (config.Config, error)
	reload  <-chan os.Signal
	notify  func(state string) // tells systemd
	made    func(*daemon)      // for tests: called with every daemon before it runs; nil is nobody

	current atomic.Pointer[daemon]
	web     *web
}

// run serves cfg, and whatever replaces it, until the context ends.
func (s *service) run(cfg config.Config) error {
	a, err := newApp(s.env, cfg, s.store, s.options)
	if err != nil {
		return err
	}
	d := s.begin(newDaemon(a))
	if s.web, err = s.listen(cfg.Listen); err != nil {
		a.client.Close()
		return err
	}
	defer func() { s.web.close() }()
	s.env.log.Info("started", "version", version(), "feeds", len(cfg.Feeds), "digests", len(a.digests), "alerts", len(a.alerts), "slack", a.token, "database", cfg.Database)
	if !a.token {
		fmt.Fprintln(s.env.stderr, "No Slack token is configured: digests are printed here. See docs/slack.md.")
	}
	s.notify(systemd.SdNotifyReady + "\nSTATUS=" + d.statusLine())
	defer context.AfterFunc(s.env.ctx, func() { s.notify(systemd.SdNotifyStopping + "\nSTATUS=finishing what was begun") })()
	for d != nil && err == nil {
		d, err = s.serve(d)
	}
	s.env.log.Info("stopped")
	return err
}

// begin makes d the daemon that is asked about, and feeds the watchdog.
func (s *service) begin(d *daemon) *daemon {
	d.ticked = func() { s.notify(systemd.SdNotifyWatchdog + "\nSTATUS=" + d.statusLine()) }
	if s.made != nil {
		s.made(d)
	}
	s.current.Store(d)
	return d
}

// serve runs d until the program ends, which returns nil, or until its successor
// is ready, which is returned once d has ended.
func (s *service) serve(d *daemon) (next *daemon, err error) {
	ctx, stop := context.WithCancel(s.env.ctx)
	done := make(chan struct{})
	var ended error
	go func() {
		defer close(done)
		ended = d.run(ctx)
	}()
	defer func() { stop(); <-done; d.client.Close() }()
	for {
		select {
		case <-done:
			return nil, ended
		case <-s.reload:
			s.notify(strings.TrimSpace(systemd.SdNotifyReloading + "\n" + systemd.SdNotifyMonotonicUsec()))
			next, err = s.successor(d)
			if err != nil {
				d.counts.reloads.WithLabelValues("failed").Inc()
				s.env.log.Error("the configuration was not reloaded; the former one stays in force", "err", err)
				d.refuse(err.Error())
				s.notify(systemd.SdNotifyReady + "\nSTATUS=" + d.statusLine())
				continue
			}
			s.notify("STATUS=finishing what was begun under the former configuration")
			stop()
			<-done
			if s.env.ctx.Err() != nil || ended != nil {
				next.client.Close()
				return nil, ended
			}
			next.inherit(d)
			next.refuse("")
			next.counts.reloads.WithLabelValues("ok").Inc()
			s.begin(next)
			s.env.log.Info("reloaded", "feeds", len(next.cfg.Feeds), "digests", len(next.digests), "alerts", len(next.alerts), "slack", next.token)
			s.notify(systemd.SdNotifyReady + "\nSTATUS=" + next.statusLine())
			return next, nil
		}
	}
}

// successor makes the daemon of the configuration as it is now. Everything that
// can fail is done before d is touched; an error leaves all as it was.
func (s *service) successor(d *daemon) (*daemon, error) {
	cfg, err := s.load()
	if err != nil {
		return nil, err
	}
	if cfg.Database != d.cfg.Database {
		return nil, errors.New("database cannot change while the program runs: restart it")
	}
	web := s.web
	if cfg.Listen != d.cfg.Listen {
		if web, err = s.listen(cfg.Listen); err != nil {
			return nil, err
		}
	}
	a, err := newApp(s.env, cfg, s.store, s.options)
	if err != nil {
		if web != s.web {
			web.close()
		}
		return nil, err
	}
	if web != s.web {
		s.web.close()
		s.web = web
	}
	return newDaemon(a), nil
}

// inherit takes over what a former daemon, which has ended, learnt in memory.
func (d *daemon) inherit(former *daemon) {
	d.oversight, d.greeted = former.oversight, former.greeted
	d.slack.known, d.slack.refused = former.slack.known, former.slack.refused // until Slack is asked, at the first look
	if former.reconciled.Load() {
		d.reconciledNow()
	}
}

// web serves health and metrics; nil serves none.
type web struct {
	server *http.Server
	addr   net.Addr
	done   chan struct{}
}

// listen serves health and metrics on addr; "" is nowhere.
func (s *service) listen(addr string) (*web, error) {
	if addr == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EADDRNOTAVAIL) { // it may be free, or there, the next time
		return nil, fmt.Errorf("listen: %w: end the program that has this address, or write another one as listen", err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: listen: %w", errConfig, err)
	}
	w := &web{addr: l.Addr(), done: make(chan struct{}), server: &http.Server{
		Handler:           http.TimeoutHandler(serveHealth(s.current.Load), 10*time.Second, "too slow\n"),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}}
	go func() {
		defer close(w.done)
		if err := w.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.env.log.Error("health and metrics are not served any more", "err", err)
		}
	}()
	return w, nil
}

func (w *web) close() {
	if w == nil {
		return
	}
	w.server.Close()
	<-w.done
}
