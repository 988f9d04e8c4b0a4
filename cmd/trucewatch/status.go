package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/store"
)

// StatusCmd shows the state of everything.
type StatusCmd struct {
	Ledger bool   `help:"Show instead where each mechanism stands and the dates ahead, with the evidence."`
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

// status is what `status` shows.
type status struct {
	Database string      `json:"database"`
	Running  bool        `json:"daemon_running"`
	Stats    news.Stats  `json:"stats"`
	Next     []nextSlot  `json:"next_digests"`
	Trouble  []matter    `json:"troubles"`
	Feeds    []feedState `json:"feeds"`
}

type nextSlot struct {
	Digest  string    `json:"digest"`
	Channel string    `json:"channel"`
	At      time.Time `json:"at"`
	Zone    string    `json:"zone"`
}

// matter is one thing the operator is, or would be, told of.
type matter struct {
	Cause string `json:"cause"`
	Says  string `json:"says"`
}

func (c *StatusCmd) Run(e *env) error {
	cfg, st, err := e.openExisting()
	if err != nil {
		return err
	}
	defer st.Close()
	now := time.Now().UTC()
	if c.Ledger {
		return c.ledger(e, st, now)
	}
	s := status{Database: cfg.Database, Running: store.DaemonRuns(cfg.Database)}
	if s.Stats, err = st.Stats(e.ctx); err != nil {
		return err
	}
	feeds, err := polled(e, st)
	if err != nil {
		return err
	}
	slices.SortStableFunc(feeds, func(a, b news.Feed) int { return cmp.Compare(health(a), health(b)) })
	if s.Next, err = nextSlots(cfg, now); err != nil {
		return err
	}
	cond, err := st.Condition(e.ctx)
	if err != nil {
		return err
	}
	s.Trouble = []matter{}
	for _, t := range troubles(watched{now: now, cond: cond, token: toldOfToken(cond.Alarms), free: freeShare(cfg.Database), failedFor: cfg.Ops.FailedFor, sideBelow: cfg.Ops.SideBelow}) {
		s.Trouble = append(s.Trouble, matter{t.cause, t.says})
	}
	if c.Format == "json" {
		s.Feeds = feedStates(feeds)
		return writeJSON(e.stdout, s)
	}
	s.write(e, feeds, now)
	return nil
}

// health orders feeds: those that need a look first.
func health(f news.Feed) int {
	return slices.Index([]string{"gone", "failing", "damaged", "paused", "not tried", "ok"}, stateOf(f))
}

// nextSlots are the next slot of each digest, the soonest first, with the channel that
// is configured: whether a service has a token for it is not seen from here.
func nextSlots(cfg config.Config, now time.Time) ([]nextSlot, error) {
	var out []nextSlot
	for _, d := range cfg.DigestSpecs(false) {
		spec, err := monitor.ParseSpec(d.Cron, d.Zone)
		if err != nil {
			return nil, err
		}
		out = append(out, nextSlot{d.Name, d.Channel, spec.Next(now), d.Zone.String()})
	}
	slices.SortStableFunc(out, func(a, b nextSlot) int { return a.At.Compare(b.At) })
	return out, nil
}

func (s status) write(e *env, feeds []news.Feed, now time.Time) {
	running := "not running"
	if s.Running {
		running = "running"
	}
	st := s.Stats
	fmt.Fprintf(e.stdout, "Daemon %s on %s (%.1f MB)\n", running, s.Database, float64(st.Bytes)/1e6)
	fmt.Fprintf(e.stdout, "%d items (%d wait to be judged), %d about the talks, %d mention them, %d developments, %d seeds\n\n",
		st.Items, st.Pending, st.Main, st.Mention, st.Stories, st.Seeds)
	last := map[string]news.DigestStatus{}
	for _, d := range st.Digests {
		last[d.Name] = d
	}
	t := newTable("DIGEST", "CHANNEL", "NEXT", "LAST")
	for _, n := range s.Next {
		zone, err := time.LoadLocation(n.Zone)
		if err != nil {
			zone = time.UTC
		}
		prev := "never"
		if d := last[n.Digest]; !d.LastCut.IsZero() {
			prev = ago(d.LastCut, now) + " (" + d.Kind + ")"
		}
		t.row(n.Digest, n.Channel, n.At.In(zone).Format("Mon 2 Jan 15:04")+" "+n.Zone+", "+in(n.At, now), prev)
	}
	t.write(e.stdout)
	fmt.Fprintln(e.stdout)
	open := false
	for _, state := range []news.DeliveryState{news.Held, news.Unknown, news.Parked, news.Claimed, news.Queued} {
		if n := st.Deliveries[state]; n > 0 {
			open = true
			fmt.Fprintf(e.stdout, "Outbox: %d %s\n", n, state)
		}
	}
	if !open {
		fmt.Fprintln(e.stdout, "Outbox: nothing waits")
	}
	if len(st.Reactions) > 0 {
		fmt.Fprintf(e.stdout, "Reactions in the last 30 days: %s\n", reactionsLine(st.Reactions))
	}
	if len(s.Trouble) > 0 {
		fmt.Fprintln(e.stdout, "\nIn trouble:")
	}
	for _, m := range s.Trouble {
		fmt.Fprintf(e.stdout, "  %-8s %s\n", m.Cause, m.Says)
	}
	fmt.Fprintln(e.stdout)
	feedTable(feeds, now).write(e.stdout)
}
