package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Status says beside the daemon what the operator is told of, in words and as JSON.
func TestStatusSaysWhatIsInTrouble(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	operating(t, opsYAML, nil, func(t *testing.T, o *operated) {
		write(t, file, "database: \""+o.svc.store.Path()+"\"\n"+opsYAML)
		status := func(format string) string {
			var out bytes.Buffer
			e := &env{ctx: t.Context(), cli: &CLI{Config: file}, getenv: func(string) string { return "" }, stdout: &out, stderr: &out}
			if err := (&StatusCmd{Format: format}).Run(e); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		<-time.After(time.Hour)
		if got := status("text"); strings.Contains(got, "In trouble") || strings.Contains(got, "(0.0 MB)") || !strings.Contains(got, "Outbox: nothing waits") || strings.Contains(got, "\x1b") {
			t.Errorf("in order:\n%s", got)
		}
		o.world.mu.Lock()
		o.down["wire.test"] = true
		o.world.mu.Unlock()
		<-time.After(80 * time.Hour)
		got := status("text")
		for _, want := range []string{"In trouble:", "source   Wire has failed since", "side     russia: 0 of 1 sources are read", "503"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
		var asJSON struct {
			Troubles []struct{ Cause, Says string }
			Digests  []struct {
				Digest string
				At     time.Time
			} `json:"next_digests"`
			Feeds []struct{ Name, State string }
		}
		if err := json.Unmarshal([]byte(status("json")), &asJSON); err != nil {
			t.Fatal(err)
		}
		if len(asJSON.Troubles) != 2 || asJSON.Troubles[1].Cause != "source" || len(asJSON.Digests) != 1 || asJSON.Digests[0].At.Before(time.Now()) ||
			asJSON.Feeds[0].Name != "Wire" || asJSON.Feeds[0].State != "failing" {
			t.Errorf("as JSON %+v", asJSON)
		}
	})
}
