package main

import (
	"maps"
	"math"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"trucewatch/internal/news"
	"trucewatch/monitor"
)

// counts are what happened since the program started. Reloads keep them.
type counts struct {
	polls, entries, verdicts, relevant *prometheus.CounterVec
	deliveries, heartbeats, reloads    *prometheus.CounterVec
	developments, digests              prometheus.Counter
	told, pruned                       prometheus.Counter

	lastSent atomic.Int64 // Unix milliseconds
}

func newCounts() *counts {
	return &counts{
		polls:        counters("trucewatch_polls_total", "Feeds asked, by outcome.", "outcome", "ok", "failed"),
		entries:      counters("trucewatch_entries_total", "Entries stored: seen for the first time, or edited.", "sight", "new", "revised"),
		verdicts:     counters("trucewatch_verdicts_total", "Items judged, by verdict.", "verdict", "new", "update", "duplicate"),
		relevant:     counters("trucewatch_relevant_items_total", "Items judged that are about a topic, or mention it.", "relevance", "main", "mention"),
		developments: counter("trucewatch_developments_total", "Developments opened."),
		digests:      counter("trucewatch_digests_total", "Digests made."),
		deliveries: counters("trucewatch_deliveries_total", "Attempts to deliver a message, by the state they left it in.", "state",
			string(news.Sent), string(news.Queued), string(news.Unknown), string(news.Held), string(news.Parked)),
		told:       counter("trucewatch_operator_messages_total", "Messages to the operator."),
		heartbeats: counters("trucewatch_heartbeats_total", "Fetches of the heartbeat address, by outcome.", "outcome", "ok", "failed"),
		reloads:    counters("trucewatch_reloads_total", "Reloads of the configuration, by outcome.", "outcome", "ok", "failed"),
		pruned:     counter("trucewatch_texts_removed_total", "Texts removed by retention."),
	}
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

// counters counts by one label, whose values are shown from the start: a rule that
// asks for one finds it at 0.
func counters(name, help, label string, values ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	for _, v := range values {
		c.WithLabelValues(v)
	}
	return c
}

func (c *counts) collect(ch chan<- prometheus.Metric) {
	for _, m := range []prometheus.Collector{c.polls, c.entries, c.verdicts, c.relevant, c.developments, c.digests,
		c.deliveries, c.told, c.heartbeats, c.reloads, c.pruned} {
		m.Collect(ch)
	}
}

func (c *counts) polled(r monitor.Round) {
	c.polls.WithLabelValues("ok").Add(float64(r.Polled - r.Failed))
	c.polls.WithLabelValues("failed").Add(float64(r.Failed))
	c.entries.WithLabelValues("new").Add(float64(r.New))
	c.entries.WithLabelValues("revised").Add(float64(r.Revised))
}

func (c *counts) judged(t news.Tally) {
	c.verdicts.WithLabelValues("new").Add(float64(t.New))
	c.verdicts.WithLabelValues("update").Add(float64(t.Update))
	c.verdicts.WithLabelValues("duplicate").Add(float64(t.Duplicate))
	c.relevant.WithLabelValues("main").Add(float64(t.Main))
	c.relevant.WithLabelValues("mention").Add(float64(t.Mention))
	c.developments.Add(float64(t.Stories))
}

// metricsHandler serves the metrics of whatever daemon current returns, and those of
// the process.
func metricsHandler(current func() *daemon) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(figures{current}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// figures are the metrics of a daemon. Labels are states, sides, jobs and the names
// of digests: few, and none is chosen by a source.
type figures struct{ current func() *daemon }

// Describe of [prometheus.Collector] announces nothing: which daemon is asked changes
// with every reload, and what it says is checked each time it is collected.
func (figures) Describe(chan<- *prometheus.Desc) {}

// Collect of [prometheus.Collector] reads everything now.
func (f figures) Collect(ch chan<- prometheus.Metric) {
	if d := f.current(); d != nil {
		d.counts.collect(ch)
		d.gauges(gauges{ch})
	}
}

// gauges writes figures that are read when they are asked for.
type gauges struct{ ch chan<- prometheus.Metric }

// by begins a gauge with labels; what it returns writes one value.
func (g gauges) by(name, help string, labels ...string) func(v float64, values ...string) {
	desc := prometheus.NewDesc(name, help, labels, nil)
	return func(v float64, values ...string) {
		g.ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, values...)
	}
}

func (g gauges) set(name, help string, v float64) { g.by(name, help)(v) }

// seconds is a time as metrics state it; 0 for never.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return math.Round(float64(t.UnixMilli())) / 1e3
}

func (d *daemon) gauges(g gauges) {
	d.mu.Lock()
	w, said := d.seen, d.said
	d.mu.Unlock()
	g.by("trucewatch_build_info", "The running version; always 1.", "version", "go_version")(1, version(), runtime.Version())
	g.set("trucewatch_last_delivery_timestamp_seconds", "When a message was last seen to arrive since the start; 0 for never.", float64(d.counts.lastSent.Load())/1e3)
	d.workGauges(g, w.now)
	feedGauges(g, w)
	outboxGauges(g, w)
	slot := g.by("trucewatch_digest_last_slot_timestamp_seconds", "Newest slot a digest was made for; 0 for never.", "digest")
	for _, dg := range d.digests {
		slot(seconds(w.cond.LastCut[dg.Name]), dg.Name)
	}
	if d.history != nil {
		takes := 1.0
		if w.token != "" {
			takes = 0
		}
		g.set("trucewatch_slack_token_accepted", "Whether Slack takes the token, as far as it was asked; absent without a token.", takes)
	}
	g.set("trucewatch_pending_items", "Items that wait to be judged.", float64(w.cond.Waiting))
	g.set("trucewatch_database_bytes", "Size of the database file and its log.", float64(d.store.Size()))
	if w.free >= 0 && !w.now.IsZero() {
		g.set("trucewatch_disk_free_ratio", "Share of free space where the database is.", w.free)
	}
	n := map[string]int{}
	for _, t := range said {
		n[t.cause]++
	}
	troubles := g.by("trucewatch_troubles", "What the operator is or will be told of, by cause.", "cause")
	for _, c := range causes {
		troubles(float64(n[c.name]), c.name)
	}
}

func (d *daemon) workGauges(g gauges, looked time.Time) {
	signs := d.pulse.signs()
	success := g.by("trucewatch_job_last_success_timestamp_seconds", "When each job last ended without an error; 0 for never.", "job")
	for _, part := range slices.Sorted(maps.Keys(signs)) {
		success(seconds(signs[part].OK), part)
	}
	ready := 0.0
	if len(d.unready(d.now())) == 0 {
		ready = 1
	}
	g.set("trucewatch_ready", "Whether polls and deliveries are fresh, as /readyz says it.", ready)
	g.set("trucewatch_last_look_timestamp_seconds", "When the figures about feeds and messages were read.", seconds(looked))
}

func feedGauges(g gauges, w watched) {
	states, of, read := map[string]int{}, map[string]int{}, map[string]int{}
	var newest time.Time
	for _, f := range w.cond.Feeds {
		state := stateOf(f.Feed)
		states[state]++
		of[f.Side]++
		if state == "ok" || state == "damaged" {
			read[f.Side]++
		}
		newest = later(newest, f.Poll.LastOK)
	}
	feeds := g.by("trucewatch_feeds", "Feeds, by how reading them goes.", "state")
	for _, s := range []string{"ok", "damaged", "failing", "gone", "paused", "not tried"} {
		feeds(float64(states[s]), strings.ReplaceAll(s, " ", "_"))
	}
	share := g.by("trucewatch_side_read_ratio", "Share of a side's feeds that were read when last asked.", "side")
	for _, side := range slices.Sorted(maps.Keys(of)) {
		share(float64(read[side])/float64(of[side]), side)
	}
	g.set("trucewatch_last_read_timestamp_seconds", "When any feed was last read; 0 for never.", seconds(newest))
}

func outboxGauges(g gauges, w watched) {
	n := map[news.DeliveryState]int{}
	oldest := 0.0
	for _, d := range w.cond.Open {
		n[d.State]++
		if d.State != news.Parked {
			oldest = max(oldest, w.now.Sub(d.Created).Seconds())
		}
	}
	messages := g.by("trucewatch_outbox_messages", "Messages that are not delivered, by state.", "state")
	for _, s := range []news.DeliveryState{news.Queued, news.Claimed, news.Unknown, news.Held, news.Parked} {
		messages(float64(n[s]), string(s))
	}
	g.set("trucewatch_outbox_oldest_seconds", "Age of the oldest message that still has to arrive.", oldest)
}
