package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattn/go-sqlite3"

	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/store"
)

// With Slack's token revoked the operator hears it by the command, the heartbeat is
// silent and the daemon unready; with a new token nothing is lost.
func TestARevokedTokenIsToldByAPathWithoutSlack(t *testing.T) {
	yaml := opsYAML + "ops: {channel: C0OPERATOR, heartbeat: \"http://heart.test/ping\", command: \"cat >> $HEARD\"}\n"
	operating(t, yaml, nil, func(t *testing.T, o *operated) {
		o.publish("wire.test", worldEntry{"a", events[0].title, events[0].text, time.Now()})
		<-time.After(9 * time.Hour) // a digest at 8 on the first day
		if n := o.heartbeats(); n == 0 {
			t.Fatal("a delivered digest brought no heartbeat")
		}
		if code, why := o.get("/readyz"); code != http.StatusOK {
			t.Errorf("ready %d: %s", code, why)
		}
		o.revoked.Store(true)
		o.publish("wire.test", worldEntry{"b", events[1].title, events[1].text, time.Now()})
		before := o.heartbeats()
		<-time.After(time.Hour + 5*time.Minute)
		if got := o.commanded(t); !strings.Contains(got, "Slack refuses the token") || !strings.Contains(got, "token_revoked") || strings.Contains(got, "not delivered") {
			t.Errorf("an hour after the token was revoked the command heard %q", got)
		}
		if code, why := o.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(why, "token_revoked") {
			t.Errorf("ready %d: %s", code, why)
		}
		if _, text := o.get("/metrics"); readMetrics(t, text)["trucewatch_slack_token_accepted"] != 0 {
			t.Error("the metrics say that Slack takes the token")
		}
		<-time.After(22 * time.Hour) // 8:05 of the next day
		if got := o.commanded(t); !strings.Contains(got, "Messages are not delivered") || !strings.Contains(got, "token_revoked") {
			t.Errorf("five minutes after the refused digest the command heard %q", got)
		}
		if n := o.heartbeats(); n != before {
			t.Errorf("%d heartbeats while Slack refuses", n-before)
		}
		if code, why := o.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(why, "held") {
			t.Errorf("ready %d: %s", code, why)
		}
		o.setToken("xoxb-second")
		o.hup(yaml)
		<-time.After(10 * time.Minute)
		if n := toldEntries(o.world)["b"]; n != 1 {
			t.Errorf("the held digest came %d times after the token was mended", n)
		}
		if got := o.commanded(t); !strings.Contains(got, "No message is held back any more") || strings.Count(got, "Slack takes the token again") != 1 || strings.Count(got, "Slack refuses the token") != 1 || strings.Count(got, "Messages are not delivered") != 1 {
			t.Errorf("the command heard %q", got)
		}
		if got := strings.Join(o.operatorPosts(), "\n"); strings.Contains(got, "Messages are not delivered") || strings.Contains(got, "refuses the token") || !strings.Contains(got, "No message is held back any more") {
			t.Errorf("in Slack, where what waited came after what it says is held, the operator read %q", got)
		}
		if o.heartbeats() == before {
			t.Error("no heartbeat after the digest arrived")
		}
		if code, why := o.get("/readyz"); code != http.StatusOK {
			t.Errorf("ready %d: %s", code, why)
		}
	})
}

// While nothing is to be said a token that is revoked shows all the same: the quiet days
// have no heartbeat, and a restart without a network takes nothing back.
func TestARevokedTokenIsToldOnQuietDaysAndAcrossRestarts(t *testing.T) {
	db := opsDB(t)
	synctest.Test(t, func(t *testing.T) {
		yaml := strings.Replace(opsYAML, "timezone: UTC", "timezone: UTC, quiet_day: skip", 1) + "ops: {heartbeat: \"http://heart.test/ping\", command: \"cat >> $HEARD\"}\n"
		ctx, cancel := context.WithCancel(t.Context())
		o := operate(ctx, t, db, yaml, nil)
		<-time.After(33 * time.Hour)
		before := o.heartbeats()
		if before == 0 {
			t.Fatal("a quiet day brought no heartbeat")
		}
		o.revoked.Store(true)
		<-time.After(25 * time.Hour)
		if n := o.heartbeats(); n != before {
			t.Errorf("%d heartbeats while Slack refuses the token", n-before)
		}
		cancel()
		<-o.ended
		o.svc.store.Close()
		ctx, cancel = context.WithCancel(t.Context())
		o = o.world.operate(ctx, t, db, yaml, func(*daemon) {})
		o.revoked.Store(true)
		o.offline.Store(true)
		<-time.After(3 * time.Hour)
		if got := o.commanded(t); strings.Count(got, "Slack refuses the token") != 1 || strings.Contains(got, "takes the token") || strings.Contains(got, "Work does not") {
			t.Errorf("restarted without a network, the command heard %q", got)
		}
		o.offline.Store(false)
		o.revoked.Store(false)
		<-time.After(30 * time.Minute)
		if got := o.commanded(t); strings.Count(got, "Slack takes the token again") != 1 {
			t.Errorf("with the token in force again the command heard %q", got)
		}
		cancel()
		<-o.ended
	})
}

// Slack is asked about the token once an hour, and not while what it takes shows that it
// serves.
func TestTheTokenIsVerifiedHourly(t *testing.T) {
	yaml := strings.Replace(opsYAML, `"0 8 * * *"`, `"*/30 8-15 * * *"`, 1)
	operating(t, yaml, nil, func(t *testing.T, o *operated) {
		asked := func() int {
			o.world.mu.Lock()
			defer o.world.mu.Unlock()
			return o.verified
		}
		<-time.After(30 * time.Minute)
		before := asked()
		<-time.After(7 * time.Hour) // nothing is said until 8
		if n := asked() - before; n != 7 {
			t.Errorf("in seven hours Slack was asked %d times", n)
		}
		<-time.After(time.Hour) // 8:30
		before = asked()
		<-time.After(7 * time.Hour) // a quiet digest each half hour
		if n := asked() - before; n != 0 {
			t.Errorf("beside messages that arrived Slack was asked %d times", n)
		}
	})
}

func TestALostNetworkIsToldByTheCommand(t *testing.T) {
	operating(t, opsYAML+"ops: {heartbeat: \"http://heart.test/ping\", command: \"cat >> $HEARD\"}\n", nil, func(t *testing.T, o *operated) {
		<-time.After(2 * time.Hour)
		o.offline.Store(true)
		before := o.heartbeats()
		<-time.After(70 * time.Minute)
		if code, why := o.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(why, "no source could be read") {
			t.Errorf("ready %d: %s", code, why)
		}
		if code, why := o.get("/healthz"); code != http.StatusOK {
			t.Errorf("healthy %d: %s; restarting does not mend a network", code, why)
		}
		<-time.After(5*time.Hour + 10*time.Minute)
		if got := o.commanded(t); !strings.Contains(got, "A side is hardly heard") || !strings.Contains(got, "russia: 0 of 1") {
			t.Errorf("six hours and a poll without a network the command heard %q", got)
		}
		if n := o.heartbeats(); n != before {
			t.Error("a heartbeat without a network")
		}
		o.offline.Store(false)
		<-time.After(8 * time.Hour)
		if got := o.commanded(t); !strings.Contains(got, "Every side is heard again") {
			t.Errorf("the command heard %q", got)
		}
	})
}

// sick is a store that fails as a full disk or a held lock makes it fail.
type sick struct {
	monitor.FeedStore
	fail *atomic.Value // error
	hang *atomic.Bool
}

func (s sick) RecordPolls(ctx context.Context, polls []news.Poll, history time.Duration, decide func(news.Poll, news.Overlap) news.PollState) ([]news.Overlap, error) {
	for s.hang.Load() {
		<-time.After(time.Second)
	}
	if err, _ := s.fail.Load().(error); err != nil {
		if e, ok := err.(sqlite3.Error); !ok || e.Code != 0 {
			return nil, fmt.Errorf("record poll: %w", err)
		}
	}
	return s.FeedStore.RecordPolls(ctx, polls, history, decide)
}

func TestAFullDiskIsToldPastTheDatabaseAndNothingIsLost(t *testing.T) {
	var fail atomic.Value
	var hang atomic.Bool
	operating(t, opsYAML+"ops: {channel: C0OPERATOR}\n", func(d *daemon) { d.monitor.Feeds = sick{d.monitor.Feeds, &fail, &hang} }, func(t *testing.T, o *operated) {
		<-time.After(time.Hour)
		fail.Store(error(sqlite3.Error{Code: sqlite3.ErrFull}))
		o.publish("wire.test", worldEntry{"a", events[0].title, events[0].text, time.Now()})
		<-time.After(20 * time.Minute)
		posts := o.operatorPosts()
		if len(posts) != 1 || !strings.Contains(posts[0], "The database can't be written") {
			t.Errorf("the operator read %q", posts)
		}
		if code, _ := o.get("/readyz"); code != http.StatusServiceUnavailable {
			t.Errorf("ready %d on a full disk", code)
		}
		<-time.After(3 * time.Hour)
		fail.Store(error(sqlite3.Error{}))
		<-time.After(20 * time.Minute)
		posts = o.operatorPosts()
		if len(posts) != 2 || !strings.Contains(posts[1], "The database is written again") {
			t.Errorf("the operator read %q", posts)
		}
		if code, why := o.get("/readyz"); code != http.StatusOK {
			t.Errorf("ready %d: %s", code, why)
		}
		<-time.After(5 * time.Hour)
		if n := toldEntries(o.world)["a"]; n != 1 {
			t.Errorf("what came while the disk was full was told %d times", n)
		}
	})
}

// A poll that hangs is told before the watchdog, which is not fed, ends the program.
func TestAHangIsToldAndStarvesTheWatchdog(t *testing.T) {
	var fail atomic.Value
	var hang atomic.Bool
	operating(t, opsYAML+"ops: {channel: C0OPERATOR}\n", func(d *daemon) { d.monitor.Feeds = sick{d.monitor.Feeds, &fail, &hang} }, func(t *testing.T, o *operated) {
		<-time.After(61 * time.Minute)
		fed := func() (n int) {
			for _, s := range o.told() {
				if strings.Contains(s, "WATCHDOG=1") {
					n++
				}
			}
			return n
		}
		if n := fed(); n < 58 || n > 63 {
			t.Errorf("the watchdog was fed %d times in an hour", n)
		}
		hang.Store(true)
		<-time.After(25 * time.Minute) // the next poll, at most 15 minutes off, hangs
		before := fed()
		<-time.After(10 * time.Minute)
		if n := fed(); n != before {
			t.Errorf("the watchdog was fed %d times while nothing is polled", n-before)
		}
		if posts := o.operatorPosts(); len(posts) != 1 || !strings.Contains(posts[0], "poll has done nothing") {
			t.Errorf("the operator read %q", posts)
		}
		if code, why := o.get("/healthz"); code != http.StatusServiceUnavailable || !strings.Contains(why, "poll") {
			t.Errorf("healthy %d: %s", code, why)
		}
		hang.Store(false)
		<-time.After(10 * time.Minute)
		if fed() == before {
			t.Error("the watchdog is not fed after the hang")
		}
		if posts := o.operatorPosts(); len(posts) != 2 || !strings.Contains(posts[1], "Work gets done again") {
			t.Errorf("the operator read %q", posts)
		}
	})
}

// slow is a cutter that makes no digest while it is told to fail.
type slow struct {
	cutter
	fail *atomic.Bool
}

func (s slow) CutDigest(ctx context.Context, spec news.DigestSpec, slot, now time.Time, unasked []string, compose func(news.Edition) news.Cut) (bool, error) {
	if s.fail.Load() {
		return false, errors.New("cut digest: not today")
	}
	return s.cutter.CutDigest(ctx, spec, slot, now, unasked, compose)
}

func TestADigestThatIsNotMadeIsToldAndComesLate(t *testing.T) {
	var fail atomic.Bool
	operating(t, opsYAML+"ops: {channel: C0OPERATOR, heartbeat: \"http://heart.test/ping\"}\n", func(d *daemon) { d.cuts = slow{d.cuts, &fail} }, func(t *testing.T, o *operated) {
		<-time.After(time.Hour)
		fail.Store(true)
		o.publish("wire.test", worldEntry{"a", events[0].title, events[0].text, time.Now()})
		before := o.heartbeats()
		<-time.After(7*time.Hour + 25*time.Minute) // 8:25
		if posts := o.operatorPosts(); len(posts) != 1 || !strings.Contains(posts[0], "A digest is late") || !strings.Contains(posts[0], "morning: was due 1 Jan 08:00 UTC and is not made") {
			t.Errorf("25 minutes after the slot the operator read %q", posts)
		}
		if n := o.heartbeats(); n != before {
			t.Errorf("%d heartbeats while no digest is made", n-before)
		}
		fail.Store(false)
		<-time.After(5 * time.Minute)
		if posts := o.operatorPosts(); len(posts) != 2 || !strings.Contains(posts[1], "No digest is late any more") {
			t.Errorf("once it was made the operator read %q", posts)
		}
		if n := toldEntries(o.world)["a"]; n != 1 || o.heartbeats() == before {
			t.Errorf("the late digest told its news %d times, with %d heartbeats", n, o.heartbeats()-before)
		}
	})
}

// What tells the operator is tried again when it fails: the command with pauses, the
// heartbeat each minute.
func TestWhatTellsTheOperatorIsTriedAgain(t *testing.T) {
	yaml := opsYAML + "ops: {heartbeat: \"http://heart.test/ping\", command: \"test -e $HEARD.up && cat >> $HEARD\"}\n"
	operating(t, yaml, nil, func(t *testing.T, o *operated) {
		<-time.After(7 * time.Hour)
		o.world.mu.Lock()
		o.down["heart.test"] = true
		before := o.polls["heart.test"]
		o.world.mu.Unlock()
		o.ahead.Store(int64(10 * time.Minute)) // a word to the operator
		<-time.After(90 * time.Minute)         // a digest at 8
		if n := o.heartbeats() - before; n < 20 || n > 31 {
			t.Errorf("in half an hour a heartbeat that fails was tried %d times", n)
		}
		if got := o.commanded(t); got != "" {
			t.Errorf("a command that fails heard %q", got)
		}
		if _, text := o.get("/metrics"); readMetrics(t, text)[`trucewatch_heartbeats_total{outcome="failed"}`] < 20 {
			t.Error("failed heartbeats are not counted")
		}
		write(t, o.heard+".up", "")
		o.world.mu.Lock()
		o.down["heart.test"] = false
		o.world.mu.Unlock()
		<-time.After(90 * time.Minute)
		if got := o.commanded(t); strings.Count(got, "The clock jumped") != 1 {
			t.Errorf("the command that works again heard %q", got)
		}
		_, text := o.get("/metrics")
		if n := readMetrics(t, text)[`trucewatch_heartbeats_total{outcome="ok"}`]; n < 1 || n > 3 {
			t.Errorf("%v heartbeats arrived, want that of the hello, and that of the digest once", n)
		}
	})
}

func TestAJumpOfTheClockIsToldOnce(t *testing.T) {
	operating(t, opsYAML+"ops: {channel: C0OPERATOR}\n", nil, func(t *testing.T, o *operated) {
		<-time.After(time.Hour)
		o.ahead.Store(int64(3 * time.Hour))
		<-time.After(2 * time.Minute)
		if posts := o.operatorPosts(); len(posts) != 1 || !strings.Contains(posts[0], "The clock jumped") || !strings.Contains(posts[0], "3h forward") {
			t.Errorf("the operator read %q", posts)
		}
		o.ahead.Store(int64(-3 * time.Hour))
		<-time.After(3 * time.Hour)
		if posts := o.operatorPosts(); len(posts) != 1 {
			t.Errorf("within a day the operator read %q", posts)
		}
	})
}

// Sources that fail are told after failed_for, together, and a restart repeats
// nothing.
func TestFailingSourcesAreToldOnceAcrossRestarts(t *testing.T) {
	db := opsDB(t)
	synctest.Test(t, func(t *testing.T) {
		yaml := opsYAML + "ops: {channel: C0OPERATOR, side_below: 0}\n"
		ctx, cancel := context.WithCancel(t.Context())
		o := operate(ctx, t, db, yaml, nil)
		<-time.After(time.Hour)
		down := func(is bool) {
			o.world.mu.Lock()
			defer o.world.mu.Unlock()
			o.down["wire.test"], o.down["paper.test"] = is, is
		}
		down(true)
		<-time.After(71 * time.Hour)
		if posts := o.operatorPosts(); len(posts) != 0 {
			t.Errorf("before failed_for the operator read %q", posts)
		}
		<-time.After(3 * time.Hour)
		posts := o.operatorPosts()
		if len(posts) != 1 || !strings.Contains(posts[0], "Paper has failed since") || !strings.Contains(posts[0], "Wire has failed since") {
			t.Errorf("the operator read %q", posts)
		}
		cancel()
		<-o.ended
		o.svc.store.Close()
		ctx, cancel = context.WithCancel(t.Context())
		o = o.world.operate(ctx, t, db, yaml, nil)
		<-time.After(6 * time.Hour)
		cancel()
		<-o.ended
		if got := o.operatorPosts(); len(got) != len(posts) {
			t.Errorf("after a restart the operator read %q", got)
		}
	})
}

func TestAnUnusableDatabaseEndsTheDaemonWith78(t *testing.T) {
	db := opsDB(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var fail atomic.Value
		var hang atomic.Bool
		o := operate(ctx, t, db, opsYAML, func(d *daemon) { d.monitor.Feeds = sick{d.monitor.Feeds, &fail, &hang} })
		<-time.After(time.Hour)
		fail.Store(error(corruptError()))
		err := <-o.ended
		var said strings.Builder
		if code := exitCode(err, &said); code != exitConfig {
			t.Errorf("exit %d, %v", code, err)
		}
		if !strings.Contains(said.String(), "restore a backup") {
			t.Errorf("it says %q", said.String())
		}
	})
}

// corruptError is what the store returns for a corrupt file.
func corruptError() error {
	return fmt.Errorf("%w: database disk image is malformed: restore a backup (docs/operations.md)", store.ErrUnusable)
}

// With the database's lock held by another program the operator is told past it.
func TestAHeldLockDoesNotKeepTheOperatorFromHearing(t *testing.T) {
	db := opsDB(t)
	w := newWorld(t)
	cfg := worldConfig(t, db, opsYAML+"ops: {channel: C0OPERATOR}\n")
	st, err := store.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	a := w.app(t.Context(), t, cfg, st)
	defer a.client.Close()
	d := newDaemon(a)
	d.patience = 100 * time.Millisecond
	other, err := store.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	locked, release := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		_, err := other.RecordPolls(context.WithoutCancel(t.Context()), []news.Poll{{}}, 0, func(news.Poll, news.Overlap) news.PollState {
			close(locked)
			<-release
			return news.PollState{}
		})
		done <- err
	}()
	<-locked
	now := a.now()
	present := []trouble{{"stalled", "poll", "poll has done nothing"}}
	err = d.tellOperator(t.Context(), watched{now: now}, present)
	close(release)
	if err == nil {
		t.Error("the held lock went unnoticed")
	}
	<-done
	posts := w.channelPosts()
	if len(posts) != 1 || !strings.Contains(posts[0].text, "poll has done nothing") {
		t.Fatalf("posted %v", posts)
	}
	// Once the lock is gone it is remembered, and not told again.
	if err := d.tellOperator(t.Context(), watched{now: now.Add(time.Minute)}, present); err != nil {
		t.Error(err)
	}
	c, err := st.Condition(t.Context())
	if err != nil || len(c.Alarms) != 1 || !c.Alarms[0].Open || len(c.Open) != 0 {
		t.Errorf("alarms %+v, open %d, %v", c.Alarms, len(c.Open), err)
	}
}

func TestTheOperatorsCommandGetsNoSecretAndIsBounded(t *testing.T) {
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-planted")
	out := filepath.Join(t.TempDir(), "out")
	post := func(command string) error {
		_, err := withCommand(nil, command).Post(t.Context(), news.Delivery{ID: 3, Channel: commandChannel, Message: opsMessage("The disk is nearly full:\n• $(touch pwned)")})
		return err
	}
	if err := post("cat > " + out + "; env >> " + out); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(b), "• $(touch pwned)") || strings.Contains(string(b), "xoxb") {
		t.Errorf("the command got %q, %v", b, err)
	}
	if err := post("echo my secret; exit 3"); err == nil || !strings.Contains(err.Error(), "exit status 3") || strings.Contains(err.Error(), "secret") {
		t.Errorf("a failing command: %v", err)
	}
	if err := post(""); err == nil {
		t.Error("no command, and no error")
	}
}
