package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

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
	if w.token != "" {
		why = append(why, "Slack refuses the token: "+w.token)
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
	mux.Handle("GET /metrics", metricsHandler(current))
	return mux
}

func answer(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	fmt.Fprintln(w, text)
}
