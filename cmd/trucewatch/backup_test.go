package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trucewatch/store"
)

// A backup made beside the running daemon, restored two days later as documented,
// tells nothing again and loses nothing.
func TestARestoredBackupTellsNothingOld(t *testing.T) {
	db := opsDB(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		go func() {
			for i, ev := range events[:5] {
				<-time.After(time.Until(start.Add(time.Duration(i)*24*time.Hour + 12*time.Hour)))
				w.publish("wire.test", worldEntry{fmt.Sprint("event-", i), ev.title, ev.text, time.Now()})
			}
		}()
		ctx, cancel := context.WithCancel(t.Context())
		o := w.operate(ctx, t, db, opsYAML, nil)
		<-time.After(40 * time.Hour)
		copied := filepath.Join(filepath.Dir(db), "copy")
		if _, err := store.Backup(ctx, db, copied); err != nil {
			t.Fatal(err)
		}
		<-time.After(48 * time.Hour)
		before := toldEntries(w)
		if before["event-2"] != 1 {
			t.Fatalf("nothing was told after the backup: %v", before)
		}
		cancel()
		<-o.ended
		o.svc.store.Close()
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Rename(db+suffix, db+".broken"+suffix); err != nil && suffix == "" {
				t.Fatal(err)
			}
		}
		copyFile(t, copied, db)
		ctx, cancel = context.WithCancel(t.Context())
		o = w.operate(ctx, t, db, opsYAML, nil)
		<-time.After(4 * 24 * time.Hour)
		cancel()
		if err := <-o.ended; err != nil {
			t.Error(err)
		}
		for i := range events[:5] {
			if n := toldEntries(w)[fmt.Sprint("event-", i)]; n != 1 {
				t.Errorf("event %d told %d times, want once", i, n)
			}
		}
	})
}

// A copy made while a digest and its thread wait to be posted, restored after they
// were posted, posts none of them again.
// What the operator was told after a backup is not told again by the restored database,
// in Slack or by the command; what began since is told, and the end of it once.
func TestARestoredBackupRepeatsNothingToTheOperator(t *testing.T) {
	db := opsDB(t)
	synctest.Test(t, func(t *testing.T) {
		yaml := opsYAML + "ops: {channel: C0OPERATOR, command: \"cat >> $HEARD\", side_below: 0, failed_for: 5h}\n"
		ctx, cancel := context.WithCancel(t.Context())
		o := operate(ctx, t, db, yaml, nil)
		w := o.world
		down := func(host string, is bool) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.down[host] = is
		}
		<-time.After(10 * time.Hour)
		copied := filepath.Join(filepath.Dir(db), "copy")
		if _, err := store.Backup(ctx, db, copied); err != nil {
			t.Fatal(err)
		}
		down("wire.test", true)
		<-time.After(8 * time.Hour)
		if got := o.operatorPosts(); len(got) != 1 || !strings.Contains(got[0], "Wire has failed") {
			t.Fatalf("before the restore the operator read %q", got)
		}
		cancel()
		<-o.ended
		o.svc.store.Close()
		for _, suffix := range []string{"-wal", "-shm"} {
			os.Remove(db + suffix)
		}
		copyFile(t, copied, db)
		down("paper.test", true)
		ctx, cancel = context.WithCancel(t.Context())
		o = w.operate(ctx, t, db, yaml, nil)
		<-time.After(20 * time.Hour)
		if got := o.operatorPosts(); len(got) != 1 {
			t.Errorf("restored, the operator read %q", got)
		}
		<-time.After(10 * time.Hour) // a day after the first word of the cause
		got := o.operatorPosts()
		if len(got) != 2 || !strings.Contains(got[1], "Paper has failed") || strings.Contains(got[1], "Wire has") {
			t.Errorf("of what began since the operator read %q", got)
		}
		down("wire.test", false)
		down("paper.test", false)
		<-time.After(20 * time.Hour)
		if got := o.operatorPosts(); len(got) != 3 || !strings.Contains(got[2], "Read again: ") {
			t.Errorf("of the end the operator read %q", got)
		}
		if heard := o.commanded(t); strings.Count(heard, "Wire has failed") != 1 || strings.Count(heard, "Read again: Paper, Wire.") != 1 {
			t.Errorf("the command heard %q", heard)
		}
		cancel()
		<-o.ended
	})
}

func TestACopyFromBeforeAPostPostsNothingAgain(t *testing.T) {
	db := opsDB(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		for i, ev := range events[:3] {
			w.publish("wire.test", worldEntry{fmt.Sprint("event-", i), ev.title, ev.text, start.Add(time.Duration(i) * time.Minute)})
		}
		refuse := true
		w.slack = func(rw http.ResponseWriter, _ *http.Request) (accept, answer bool) {
			if refuse {
				rw.Header().Set("Retry-After", "600")
				rw.WriteHeader(http.StatusTooManyRequests)
			}
			return !refuse, !refuse
		}
		ctx, cancel := context.WithCancel(t.Context())
		o := w.operate(ctx, t, db, opsYAML, nil)
		<-time.After(26 * time.Hour)
		copied := filepath.Join(filepath.Dir(db), "copy")
		if _, err := store.Backup(ctx, db, copied); err != nil {
			t.Fatal(err)
		}
		w.mu.Lock()
		refuse = false
		w.mu.Unlock()
		<-time.After(time.Hour)
		cancel()
		<-o.ended
		o.svc.store.Close()
		w.mu.Lock()
		posted, threads := len(w.posts), 0
		for _, p := range w.posts {
			if p.thread != "" {
				threads++
			}
		}
		w.mu.Unlock()
		if threads < 3 {
			t.Fatalf("%d posts, %d in threads: want a digest of three developments with its thread", posted, threads)
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Rename(db+suffix, db+".broken"+suffix); err != nil && suffix == "" {
				t.Fatal(err)
			}
		}
		copyFile(t, copied, db)
		ctx, cancel = context.WithCancel(t.Context())
		o = w.operate(ctx, t, db, opsYAML, nil)
		<-time.After(time.Hour)
		cancel()
		if err := <-o.ended; err != nil {
			t.Error(err)
		}
		keys := map[string]int{}
		for _, p := range w.posts {
			if keys[p.key]++; keys[p.key] > 1 {
				t.Errorf("%s posted %d times", p.key, keys[p.key])
			}
		}
	})
}

func TestTheBackupCommandWritesACopyThatServes(t *testing.T) {
	bin, dir := binary(t), t.TempDir()
	write(t, filepath.Join(dir, "c.yaml"), "database: t.db\nseeds: \"\"\n")
	write(t, filepath.Join(dir, "d.yaml"), "database: copies/x.db\nseeds: \"\"\n")
	run := func(want int, args ...string) string {
		t.Helper()
		cmd := exec.Command(bin, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "SLACK_BOT_TOKEN=")
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("%v: exit %d, want %d\n%s", args, got, want, out)
		}
		return string(out)
	}
	if out := run(exitFailed, "-c", "c.yaml", "backup", "x.db"); !strings.Contains(out, "no database yet") {
		t.Errorf("without a database: %s", out)
	}
	write(t, filepath.Join(dir, "items.jsonl"), history(100))
	run(exitOK, "-c", "c.yaml", "backfill", "items.jsonl")
	if out := run(exitFailed, "-c", "c.yaml", "backup", "copies/x.db"); !strings.Contains(out, "no such file or directory") {
		t.Errorf("into a directory that is not there: %s", out)
	}
	if err := os.Mkdir(filepath.Join(dir, "copies"), 0o700); err != nil {
		t.Fatal(err)
	}
	run(exitOK, "-c", "c.yaml", "backup", "copies/x.db")
	if a, b := run(exitOK, "-c", "c.yaml", "export"), run(exitOK, "-c", "d.yaml", "export"); a != b || len(a) < 1000 {
		t.Errorf("the copy exports %d bytes, the database %d", len(b), len(a))
	}
}
