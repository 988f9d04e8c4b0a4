package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// binary is this test program under the name that makes it run main.
func binary(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "trucewatch")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	return link
}

// history is n entries of own making: most unlike each other, each seventh a copy,
// each eleventh an edit of an earlier entry.
func history(n int) string {
	places := []string{"Istanbul", "Geneva", "Jeddah", "Minsk", "Paris", "Riyadh", "Ankara"}
	acts := []string{"Ukraine and Russia discuss a ceasefire in %s, %d sites on the list", "Wheat harvest near %s reaches %d tonnes", "Kremlin rejects the %s draft with its %d annexes", "Football club of %s sells %d tickets"}
	var b strings.Builder
	for i := range n {
		src, guid := i, fmt.Sprint("g", i)
		summary := fmt.Sprintf("Report number %d of the year tells of %d people and %d meetings held since the spring.", i, 13*i, i%5)
		switch {
		case i > 20 && i%7 == 0:
			src = i - 9
			summary = fmt.Sprintf("Report number %d of the year tells of %d people and %d meetings held since the spring.", src, 13*src, src%5)
		case i > 20 && i%11 == 0:
			src, guid = i-10, fmt.Sprint("g", i-10)
			summary += " A paragraph was added later."
		}
		e := map[string]string{"guid": guid, "url": "https://wire.example/" + guid, "title": fmt.Sprintf(acts[src%4], places[src%7], src), "summary": summary,
			"published": time.Date(2025, 1, 1, i, 0, 0, 0, time.UTC).Format(time.RFC3339), "lang": "en", "feed": fmt.Sprint("feed", i%3)}
		line, err := json.Marshal(e)
		if err != nil {
			panic(err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// exported is an export without what may differ between two runs.
func exported(t *testing.T, bin, dir string) string {
	t.Helper()
	cmd := exec.Command(bin, "-c", "c.yaml", "export")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("export: %v", err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(out)) {
		var x news.Exported
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatal(err)
		}
		x.ID, x.OfID, x.Seen, x.Last.At = 0, nil, time.Time{}, time.Time{}
		fmt.Fprintln(&b, mustMarshal(t, x))
	}
	return b.String()
}

func mustMarshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Killed at ten places of its way, an import ends as one that was not: every entry
// once, each verdict the same. What is killed believes that a daemon runs, and so takes
// many short transactions.
func TestABackfillKilledAnywhereResumesToTheSameExport(t *testing.T) {
	bin := binary(t)
	dirs := [2]string{t.TempDir(), t.TempDir()}
	const entries = 2000
	for _, dir := range dirs {
		for name, body := range map[string]string{"c.yaml": "database: t.db\nseeds: \"\"\n", "items.jsonl": history(entries)} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	backfill := func(dir string) *exec.Cmd {
		cmd := exec.Command(bin, "-c", "c.yaml", "backfill", "items.jsonl")
		cmd.Dir = dir
		return cmd
	}
	if out, err := backfill(dirs[0]).CombinedOutput(); err != nil {
		t.Fatalf("unkilled: %v\n%s", err, out)
	}
	file := filepath.Join(dirs[1], "items.jsonl")
	src, err := openFile(file, "", "")
	if err != nil {
		t.Fatal(err)
	}
	version := src.Version() + " " + (&BackfillCmd{}).selection()
	src.Close()
	st, err := store.Open(t.Context(), filepath.Join(dirs[1], "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	daemon, err := store.LockDaemon(st.Path())
	if err != nil {
		t.Fatal(err)
	}
	kills := 0
	for at := int64(1); at < entries; at += 197 + at%131 { // places nobody chose
		cmd := backfill(dirs[1])
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		killed := killWhen(t, cmd, func() bool {
			p, err := st.ImportProgress(t.Context(), file, version)
			if err != nil {
				t.Fatal(err)
			}
			if p.Position >= at {
				at = p.Position
				return true
			}
			return false
		})
		if killed {
			kills++
		}
	}
	if err := daemon.Release(); err != nil {
		t.Fatal(err)
	}
	if out, err := backfill(dirs[1]).CombinedOutput(); err != nil {
		t.Fatalf("last run: %v\n%s", err, out)
	}
	t.Logf("killed %d times", kills)
	if kills < 3 {
		t.Errorf("killed %d times: the import is too short to prove anything", kills)
	}
	if got, want := exported(t, bin, dirs[1]), exported(t, bin, dirs[0]); got != want {
		t.Errorf("the resumed import knows something else:\n%s", firstDifference(got, want))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// killWhen kills a started command as soon as there is cause to, asked every
// millisecond, and waits for its end. It returns whether the command was killed: it may
// end before. Any other failure of it fails the test.
func killWhen(t *testing.T, cmd *exec.Cmd, cause func() bool) (killed bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if ee := (*exec.ExitError)(nil); errors.As(err, &ee) && ee.ExitCode() == -1 {
				return true
			} else if err != nil {
				t.Fatalf("the run to be killed: %v\n%s", err, cmd.Stderr)
			}
			return false
		case <-tick.C:
			if cause() {
				cmd.Process.Kill()
			}
		}
	}
}
