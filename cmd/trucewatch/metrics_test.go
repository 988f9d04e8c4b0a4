package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// readMetrics has Prometheus' own linter look at what is served, and returns the
// samples by name and labels.
func readMetrics(t *testing.T, text string) map[string]float64 {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Errorf("not in Prometheus' format: %v", err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	out := map[string]float64{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndex(line, " ")
		v, err := strconv.ParseFloat(strings.TrimSpace(line[at+1:]), 64)
		if err != nil {
			t.Error(err)
		}
		out[line[:at]] = v
	}
	return out
}

func TestMetricsSayWhatHappened(t *testing.T) {
	operating(t, opsYAML, nil, func(t *testing.T, o *operated) {
		o.publish("wire.test", worldEntry{"a", events[0].title, events[0].text, time.Now()})
		o.publish("paper.test", worldEntry{"a-copy", events[0].title, events[0].text, time.Now()})
		o.world.mu.Lock()
		o.down["paper.test"] = false
		o.world.mu.Unlock()
		<-time.After(9 * time.Hour)
		o.world.mu.Lock()
		o.down["paper.test"] = true
		o.world.mu.Unlock()
		<-time.After(time.Hour)
		_, text := o.get("/metrics")
		m := readMetrics(t, text)
		for name, want := range map[string]float64{
			`trucewatch_ready`:                                  1,
			`trucewatch_entries_total{sight="new"}`:             2,
			`trucewatch_verdicts_total{verdict="new"}`:          1,
			`trucewatch_verdicts_total{verdict="duplicate"}`:    1,
			`trucewatch_digests_total`:                          1,
			`trucewatch_feeds{state="ok"}`:                      1,
			`trucewatch_feeds{state="failing"}`:                 1,
			`trucewatch_side_read_ratio{side="ukraine"}`:        0,
			`trucewatch_side_read_ratio{side="russia"}`:         1,
			`trucewatch_outbox_messages{state="held"}`:          0,
			`trucewatch_reloads_total{outcome="ok"}`:            0,
			`trucewatch_troubles{cause="source"}`:               0,
			`trucewatch_outbox_oldest_seconds`:                  0,
			`trucewatch_pending_items`:                          0,
			`trucewatch_relevant_items_total{relevance="main"}`: 2,
		} {
			if got, ok := m[name]; !ok || got != want {
				t.Errorf("%s is %v (%v), want %v", name, got, ok, want)
			}
		}
		o.world.mu.Lock()
		if got, want := m[`trucewatch_deliveries_total{state="sent"}`], len(o.posts); want < 2 || got != float64(want) {
			t.Errorf("%v messages counted as sent, Slack took %d", got, want)
		}
		o.world.mu.Unlock()
		now := float64(time.Now().Unix())
		for _, name := range []string{`trucewatch_job_last_success_timestamp_seconds{job="poll"}`, `trucewatch_job_last_success_timestamp_seconds{job="delivery"}`, `trucewatch_last_look_timestamp_seconds`} {
			if age := now - m[name]; age < 0 || age > 90 {
				t.Errorf("%s is %v seconds old", name, age)
			}
		}
		if m[`trucewatch_polls_total{outcome="failed"}`] < 1 || m[`trucewatch_polls_total{outcome="ok"}`] < 50 {
			t.Error("polls are not counted by outcome")
		}
		for name := range m { // what a source names is no label
			if strings.Contains(name, "Wire") || strings.Contains(name, "wire.test") {
				t.Errorf("%s has a label with as many values as there are sources", name)
			}
		}
	})
}

// A daemon that has not worked yet is alive and not ready.
func TestReadinessWaitsForTheFirstWork(t *testing.T) {
	db := opsDB(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cfg := worldConfig(t, db, opsYAML)
		ctx, cancel := context.WithCancel(t.Context())
		o := w.operate(ctx, t, cfg.Database, opsYAML, nil)
		o.offline.Store(true)
		synctest.Wait()
		<-time.After(5 * time.Second)
		if o.svc.current.Load() == nil {
			t.Fatal("nothing runs")
		}
		fresh := newDaemon(o.svc.current.Load().app)
		o.svc.current.Store(fresh)
		if code, why := o.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(why, "poll: not run yet") {
			t.Errorf("ready %d: %s", code, why)
		}
		if code, _ := o.get("/healthz"); code != http.StatusOK {
			t.Errorf("healthy %d", code)
		}
		cancel()
		<-o.ended
	})
}

// The real program serves health and metrics where it is told to, and nowhere else
// than on this machine without a host.
func TestHealthIsServedOverASocket(t *testing.T) {
	dir := t.TempDir()
	systemd, states := notifySocket(t)
	port := freePort(t)
	write(t, filepath.Join(dir, "c.yaml"), fmt.Sprintf("database: t.db\nlisten: :%d\n", port))
	cmd := exec.Command(binary(t), "-c", "c.yaml", "run")
	cmd.Dir, cmd.Env = dir, append(cmd.Environ(), "NOTIFY_SOCKET="+systemd, "SLACK_BOT_TOKEN=")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	states("READY=1")
	states("WATCHDOG=1") // the first tick
	get := func(method, path string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, fmt.Sprintf("http://127.0.0.1:%d%s", port, path), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	if code, body := get("GET", "/healthz"); code != http.StatusOK || body != "ok\n" {
		t.Errorf("/healthz %d %q", code, body)
	}
	code, body := get("GET", "/metrics")
	if m := readMetrics(t, body); code != http.StatusOK || m["process_resident_memory_bytes"] < 1e6 || m["process_open_fds"] < 3 {
		t.Errorf("/metrics %d %.300s", code, body)
	}
	if code, _ := get("POST", "/metrics"); code != http.StatusMethodNotAllowed {
		t.Errorf("POST %d", code)
	}
	if code, _ := get("GET", "/debug/pprof/"); code != http.StatusNotFound {
		t.Errorf("/debug/pprof/ %d", code)
	}
	stop(t, cmd)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

var metricName = regexp.MustCompile(`\b(?:trucewatch|go|process)_[a-z_]+\b`)

// Every metric that the alert rules and the documentation name exists, with the
// values of labels that they ask for.
func TestRulesAndDocumentationNameMetricsThatExist(t *testing.T) {
	db := opsDB(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		o := operate(ctx, t, db, opsYAML, nil)
		<-time.After(2 * time.Minute)
		_, text := o.get("/metrics")
		families := map[string]bool{}
		for name := range readMetrics(t, text) {
			family, _, _ := strings.Cut(name, "{")
			families[family] = true
		}
		cancel()
		<-o.ended
		for _, file := range []string{"../../docs/alerts.yml", "../../docs/operations.md"} {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			named := map[string]bool{}
			for _, name := range metricName.FindAllString(string(b), -1) {
				named[name] = true
				if !families[name] {
					t.Errorf("%s names %s, which does not exist", file, name)
				}
			}
			if len(named) < 8 {
				t.Errorf("%s names only %d metrics", file, len(named))
			}
			for _, m := range regexp.MustCompile(`\{([a-z]+)=~?"([a-z_|]+)"\}`).FindAllStringSubmatch(string(b), -1) {
				if m[1] == "job" && m[2] == "trucewatch" { // Prometheus' own
					continue
				}
				for value := range strings.SplitSeq(m[2], "|") {
					if !strings.Contains(text, m[1]+`="`+value+`"`) {
						t.Errorf("%s asks for %s=%q, which never is", file, m[1], value)
					}
				}
			}
		}
	})
}
