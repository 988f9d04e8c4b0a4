package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor"
)

// counts are what happened since the program started. Reloads keep them.
type counts struct {
	pollsOK, pollsFailed         atomic.Int64
	itemsNew, itemsRevised       atomic.Int64
	judgedNew, judgedUpdate      atomic.Int64
	judgedDuplicate              atomic.Int64
	main, mention, developments  atomic.Int64
	digests, told                atomic.Int64
	heartbeats, heartbeatsFailed atomic.Int64
	reloads, reloadsFailed       atomic.Int64
	pruned                       atomic.Int64
	lastSent                     atomic.Int64 // Unix milliseconds
	deliveries                   [len(deliveryEnds)]atomic.Int64
}

// deliveryEnds are the states in which an attempt to deliver ends.
var deliveryEnds = [...]news.DeliveryState{news.Sent, news.Queued, news.Unknown, news.Held, news.Parked}

func (c *counts) polled(r monitor.Round) {
	c.pollsOK.Add(int64(r.Polled - r.Failed))
	c.pollsFailed.Add(int64(r.Failed))
	c.itemsNew.Add(int64(r.New))
	c.itemsRevised.Add(int64(r.Revised))
}

func (c *counts) judged(t news.Tally) {
	c.judgedNew.Add(int64(t.New))
	c.judgedUpdate.Add(int64(t.Update))
	c.judgedDuplicate.Add(int64(t.Duplicate))
	c.main.Add(int64(t.Main))
	c.mention.Add(int64(t.Mention))
	c.developments.Add(int64(t.Stories))
}

func (c *counts) delivered(state news.DeliveryState) {
	for i, s := range deliveryEnds {
		if s == state {
			c.deliveries[i].Add(1)
		}
	}
}

// exposition writes metrics in Prometheus' text format, version 0.0.4.
type exposition struct{ w *strings.Builder }

// family begins a metric: its name, kind (counter or gauge) and what it is.
func (e exposition) family(name, kind, help string) {
	fmt.Fprintf(e.w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// sample writes one value; labels are pairs of a name and a value.
func (e exposition) sample(name string, v float64, labels ...string) {
	e.w.WriteString(name)
	for i := 0; i+1 < len(labels); i += 2 {
		e.w.WriteString([]string{"{", ","}[min(i, 1)] + labels[i] + `="` + labelEscapes.Replace(labels[i+1]) + `"`)
	}
	if len(labels) > 0 {
		e.w.WriteByte('}')
	}
	e.w.WriteString(" " + strconv.FormatFloat(v, 'g', -1, 64) + "\n")
}

func (e exposition) single(name, kind, help string, v float64) {
	e.family(name, kind, help)
	e.sample(name, v)
}

// seconds is a time as metrics state it; 0 for never.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return math.Round(float64(t.UnixMilli())) / 1e3
}

// metrics writes everything. Labels are states, sides, jobs and the names of
// digests: few, and none is chosen by a source.
func (d *daemon) metrics(out io.Writer) error {
	var b strings.Builder
	e := exposition{&b}
	d.mu.Lock()
	w, said := d.seen, d.said
	d.mu.Unlock()
	e.family("trucewatch_build_info", "gauge", "The running version; always 1.")
	e.sample("trucewatch_build_info", 1, "version", version(), "go_version", runtime.Version())
	d.countMetrics(e)
	d.workMetrics(e, w.now)
	feedMetrics(e, w)
	outboxMetrics(e, w)
	e.family("trucewatch_digest_last_slot_timestamp_seconds", "gauge", "Newest slot a digest was made for; 0 for never.")
	for _, dg := range d.digests {
		e.sample("trucewatch_digest_last_slot_timestamp_seconds", seconds(w.cond.LastCut[dg.Name]), "digest", dg.Name)
	}
	e.single("trucewatch_pending_items", "gauge", "Items that wait to be judged.", float64(w.cond.Waiting))
	if fi, err := os.Stat(d.cfg.Database); err == nil {
		e.single("trucewatch_database_bytes", "gauge", "Size of the database file, without its log.", float64(fi.Size()))
	}
	if w.free >= 0 && !w.now.IsZero() {
		e.single("trucewatch_disk_free_ratio", "gauge", "Share of free space where the database is.", w.free)
	}
	n := map[string]int{}
	for _, t := range said {
		n[t.cause]++
	}
	e.family("trucewatch_troubles", "gauge", "What the operator is or will be told of, by cause.")
	for _, c := range causes {
		e.sample("trucewatch_troubles", float64(n[c.name]), "cause", c.name)
	}
	processMetrics(e)
	_, err := io.WriteString(out, b.String())
	return err
}

func (d *daemon) countMetrics(e exposition) {
	c := &d.counts
	n := func(v *atomic.Int64) float64 { return float64(v.Load()) }
	e.family("trucewatch_polls_total", "counter", "Feeds asked, by outcome.")
	e.sample("trucewatch_polls_total", n(&c.pollsOK), "outcome", "ok")
	e.sample("trucewatch_polls_total", n(&c.pollsFailed), "outcome", "failed")
	e.family("trucewatch_entries_total", "counter", "Entries stored: seen for the first time, or edited.")
	e.sample("trucewatch_entries_total", n(&c.itemsNew), "sight", "new")
	e.sample("trucewatch_entries_total", n(&c.itemsRevised), "sight", "revised")
	e.family("trucewatch_verdicts_total", "counter", "Items judged, by verdict.")
	e.sample("trucewatch_verdicts_total", n(&c.judgedDuplicate), "verdict", "duplicate")
	e.sample("trucewatch_verdicts_total", n(&c.judgedNew), "verdict", "new")
	e.sample("trucewatch_verdicts_total", n(&c.judgedUpdate), "verdict", "update")
	e.family("trucewatch_relevant_items_total", "counter", "Items judged that are about a topic, or mention it.")
	e.sample("trucewatch_relevant_items_total", n(&c.main), "relevance", "main")
	e.sample("trucewatch_relevant_items_total", n(&c.mention), "relevance", "mention")
	e.single("trucewatch_developments_total", "counter", "Developments opened.", n(&c.developments))
	e.single("trucewatch_digests_total", "counter", "Digests made.", n(&c.digests))
	e.family("trucewatch_deliveries_total", "counter", "Attempts to deliver a message, by the state they left it in.")
	for i, s := range deliveryEnds {
		e.sample("trucewatch_deliveries_total", n(&c.deliveries[i]), "state", string(s))
	}
	e.single("trucewatch_operator_messages_total", "counter", "Messages to the operator.", n(&c.told))
	e.family("trucewatch_heartbeats_total", "counter", "Fetches of the heartbeat address, by outcome.")
	e.sample("trucewatch_heartbeats_total", n(&c.heartbeats), "outcome", "ok")
	e.sample("trucewatch_heartbeats_total", n(&c.heartbeatsFailed), "outcome", "failed")
	e.family("trucewatch_reloads_total", "counter", "Reloads of the configuration, by outcome.")
	e.sample("trucewatch_reloads_total", n(&c.reloads), "outcome", "ok")
	e.sample("trucewatch_reloads_total", n(&c.reloadsFailed), "outcome", "failed")
	e.single("trucewatch_texts_removed_total", "counter", "Texts removed by retention.", n(&c.pruned))
	e.single("trucewatch_last_delivery_timestamp_seconds", "gauge", "When a message was last seen to arrive since the start; 0 for never.", float64(c.lastSent.Load())/1e3)
}

func (d *daemon) workMetrics(e exposition, now time.Time) {
	signs := d.pulse.signs()
	e.family("trucewatch_job_last_success_timestamp_seconds", "gauge", "When each job last ended without an error; 0 for never.")
	for _, part := range slices.Sorted(maps.Keys(signs)) {
		e.sample("trucewatch_job_last_success_timestamp_seconds", seconds(signs[part].OK), "job", part)
	}
	ready := 0.0
	if len(d.unready(d.now())) == 0 {
		ready = 1
	}
	e.single("trucewatch_ready", "gauge", "Whether polls and deliveries are fresh, as /readyz says it.", ready)
	e.single("trucewatch_last_look_timestamp_seconds", "gauge", "When the figures about feeds and messages were read.", seconds(now))
}

func feedMetrics(e exposition, w watched) {
	states, of, read := map[string]int{}, map[string]int{}, map[string]int{}
	var newest time.Time
	for _, f := range w.cond.Feeds {
		state := stateOf(f.Feed)
		states[state]++
		of[f.Side]++
		if state == "ok" || state == "damaged" {
			read[f.Side]++
		}
		if f.Poll.LastOK.After(newest) {
			newest = f.Poll.LastOK
		}
	}
	e.family("trucewatch_feeds", "gauge", "Feeds, by how reading them goes.")
	for _, s := range []string{"ok", "damaged", "failing", "gone", "paused", "not tried"} {
		e.sample("trucewatch_feeds", float64(states[s]), "state", strings.ReplaceAll(s, " ", "_"))
	}
	e.family("trucewatch_side_read_ratio", "gauge", "Share of a side's feeds that were read when last asked.")
	for _, side := range slices.Sorted(maps.Keys(of)) {
		e.sample("trucewatch_side_read_ratio", float64(read[side])/float64(of[side]), "side", side)
	}
	e.single("trucewatch_last_read_timestamp_seconds", "gauge", "When any feed was last read; 0 for never.", seconds(newest))
}

func outboxMetrics(e exposition, w watched) {
	n := map[news.DeliveryState]int{}
	oldest := 0.0
	for _, d := range w.cond.Open {
		n[d.State]++
		if d.State != news.Parked {
			oldest = max(oldest, w.now.Sub(d.Created).Seconds())
		}
	}
	e.family("trucewatch_outbox_messages", "gauge", "Messages that are not delivered, by state.")
	for _, s := range []news.DeliveryState{news.Queued, news.Claimed, news.Unknown, news.Held, news.Parked} {
		e.sample("trucewatch_outbox_messages", float64(n[s]), "state", string(s))
	}
	e.single("trucewatch_outbox_oldest_seconds", "gauge", "Age of the oldest message that still has to arrive.", oldest)
}

var processStart = time.Now()

// processMetrics are the usual ones of a process, under their usual names.
func processMetrics(e exposition) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	e.single("go_goroutines", "gauge", "Goroutines that exist.", float64(runtime.NumGoroutine()))
	e.single("go_memstats_heap_alloc_bytes", "gauge", "Bytes of heap in use.", float64(m.HeapAlloc))
	e.single("go_memstats_sys_bytes", "gauge", "Bytes obtained from the system.", float64(m.Sys))
	e.single("go_gc_cycles_total", "counter", "Garbage collections.", float64(m.NumGC))
	e.single("process_start_time_seconds", "gauge", "When the process started.", seconds(processStart))
	if fds, err := os.ReadDir("/proc/self/fd"); err == nil {
		e.single("process_open_fds", "gauge", "Open file descriptors.", float64(len(fds)))
	}
	if b, err := os.ReadFile("/proc/self/statm"); err == nil {
		var size, resident int64
		if _, err := fmt.Sscan(string(b), &size, &resident); err == nil {
			e.single("process_resident_memory_bytes", "gauge", "Resident memory.", float64(resident*int64(os.Getpagesize())))
		}
	}
}

// unready says why the daemon does not count as ready; nothing when it does.
func (d *daemon) unready(now time.Time) (why []string) {
	d.mu.Lock()
	w := d.seen
	d.mu.Unlock()
	signs := d.pulse.signs()
	for _, part := range slices.Sorted(maps.Keys(signs)) {
		switch b := signs[part]; {
		case now.Sub(b.At) > d.stallAfter():
			why = append(why, part+": nothing done since "+stamp(b.At))
		case b.Ran.IsZero():
			why = append(why, part+": not run yet")
		case b.Err != nil:
			why = append(why, part+": its last run failed")
		}
	}
	switch {
	case w.now.IsZero():
		return append(why, "nothing was looked at yet")
	case w.condErr != nil:
		return append(why, "the database can't be read")
	}
	var tried, read time.Time
	for _, f := range w.cond.Feeds {
		tried, read = later(tried, f.Poll.LastTry), later(read, f.Poll.LastOK)
	}
	if tried.Sub(read) > staleReading {
		why = append(why, "no source could be read since "+stamp(read))
	}
	for _, m := range w.cond.Open {
		if m.Message.Kind == "ops" {
			continue
		}
		if m.State == news.Held {
			why = append(why, "delivery to "+m.Channel+" is held")
			break
		}
		if m.State != news.Parked && now.Sub(m.Created) > sendingLate {
			why = append(why, "a message waits since "+stamp(m.Created))
			break
		}
	}
	return why
}

// staleReading is how long no source may be read although some are asked.
const staleReading = time.Hour

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// serveHealth serves /healthz, /readyz and /metrics of whatever daemon current returns.
func serveHealth(current func() *daemon) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		d := current()
		if parts := d.pulse.stalled(d.now(), d.stallAfter()); len(parts) > 0 {
			answer(w, http.StatusServiceUnavailable, "stalled: "+strings.Join(parts, ", "))
			return
		}
		answer(w, http.StatusOK, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		d := current()
		if why := d.unready(d.now()); len(why) > 0 {
			answer(w, http.StatusServiceUnavailable, strings.Join(why, "\n"))
			return
		}
		answer(w, http.StatusOK, "ready")
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		current().metrics(w)
	})
	return mux
}

func answer(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	fmt.Fprintln(w, text)
}
