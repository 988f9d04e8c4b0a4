package main

import (
	"context"
	"fmt"
	"time"

	"trucewatch/store"
)

// hostPatience is the longest that we wait for a host whose server asked for it.
const hostPatience = 10 * time.Minute

// hostTurns is what this process and others on the same database ask of one host
// together: turns are given by the database, so that a backfill beside the daemon is
// as polite as one reader. It is a monitor.HostBudget.
type hostTurns struct {
	store *store.Store
	now   func() time.Time
	sleep func(ctx context.Context, d time.Duration) error
	yield bool // leaves a host to the daemon while its feeds there are due, and after
}

// Turn waits until the host may be asked.
func (h *hostTurns) Turn(ctx context.Context, host string, pace time.Duration) error {
	if err := h.daemonFirst(ctx, host, pace); err != nil {
		return err
	}
	waited, err := h.turn(ctx, host, pace)
	if err != nil || !waited {
		return err
	}
	return h.daemonFirst(ctx, host, pace) // it may have been started meanwhile
}

// turn waits for the turn that the database gives, and reports whether it had to.
func (h *hostTurns) turn(ctx context.Context, host string, pace time.Duration) (waited bool, err error) {
	for {
		now := h.now()
		turn, err := h.store.HostTurn(ctx, host, pace, hostPatience, now)
		if err != nil {
			return waited, err
		}
		wait := turn.Sub(now)
		if wait > hostPatience {
			return waited, &webEnd{fmt.Errorf("its server asks to be left alone until %s; run the same command again then", turn.Format("2006-01-02 15:04 MST"))}
		}
		if wait <= 0 {
			return waited, nil
		}
		waited = true
		if err := h.sleep(ctx, wait); err != nil {
			return waited, err
		}
		// Somebody else may have been told to wait meanwhile.
		until, err := h.store.HostPostponed(ctx, host)
		if err != nil || !until.After(h.now()) {
			return waited, err
		}
	}
}

// Postpone notes that the host's server asks to be left alone.
func (h *hostTurns) Postpone(ctx context.Context, host string, d time.Duration) error {
	now := h.now()
	return h.store.PostponeHost(ctx, host, now.Add(min(d, 24*time.Hour)), now.Add(hostPatience))
}

// daemonFirst leaves a host to a running daemon until it needs it for no poll, but for
// no longer than it takes a daemon to come to a due feed.
func (h *hostTurns) daemonFirst(ctx context.Context, host string, pace time.Duration) error {
	if !h.yield || !store.DaemonRuns(h.store.Path()) {
		return nil
	}
	until := h.now().Add(daemonTick + 2*pace)
	for {
		wait, err := h.daemonNeeds(ctx, host, pace)
		if wait = min(wait, until.Sub(h.now()), daemonLook); err != nil || wait <= 0 {
			return err
		}
		if err := h.sleep(ctx, wait); err != nil {
			return err
		}
	}
}

const (
	daemonTick = time.Minute     // a daemon looks for due feeds so often
	daemonLook = 5 * time.Second // whether it has polled is looked up so often
)

// daemonNeeds is how long the daemon may need a host: while feeds there are due, or will
// be within a pace, so that no poll comes sooner than that after us; and for a pace
// after its last poll.
func (h *hostTurns) daemonNeeds(ctx context.Context, host string, pace time.Duration) (time.Duration, error) {
	feeds, err := h.store.Feeds(ctx)
	if err != nil {
		return 0, err
	}
	now := h.now()
	var wait time.Duration
	for _, f := range feeds {
		if !f.Polled || f.Paused || f.Poll.Gone || store.HostOf(f.URL) != host && store.HostOf(f.Poll.URL) != host {
			continue
		}
		wait = max(wait, f.Poll.LastTry.Add(pace).Sub(now))
		if due := now.Sub(f.Poll.NextPoll); due > -pace && due < daemonTick {
			wait = max(wait, daemonTick-due)
		}
	}
	return wait, nil
}
