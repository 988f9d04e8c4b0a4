package main

import (
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"weak"
)

func TestAReloadTakesOverWhatChangedAndTellsNothingTwice(t *testing.T) {
	operating(t, opsYAML, nil, func(t *testing.T, o *operated) {
		o.publish("wire.test", worldEntry{"a", events[0].title, events[0].text, time.Now()})
		<-time.After(9 * time.Hour)
		more := strings.Replace(opsYAML, "feeds:\n", "feeds:\n  - {name: Third, url: \"http://third.test/rss\", lang: en, every: 15m}\n", 1)
		more = strings.Replace(more, `cron: "0 8`, `cron: "0 10`, 1)
		o.publish("third.test", worldEntry{"c", events[2].title, events[2].text, time.Now()})
		states := o.hup(more)
		if len(states) < 2 || !strings.HasPrefix(states[0], "RELOADING=1\nMONOTONIC_USEC=") || !strings.HasPrefix(states[len(states)-1], "READY=1\n") {
			t.Errorf("systemd was told %q", states)
		}
		<-time.After(3 * time.Hour)
		told := toldEntries(o.world)
		if told["a"] != 1 || told["c"] != 1 {
			t.Errorf("told %v, want a and c once", told)
		}
		hellos := 0
		for _, p := range o.channelPosts() {
			if strings.HasPrefix(p.key, helloName) {
				hellos++
			}
		}
		if hellos != 1 {
			t.Errorf("%d hellos", hellos)
		}
		// A feed that is taken out is asked no more.
		o.hup(opsYAML)
		o.world.mu.Lock()
		before := o.polls["third.test"]
		o.world.mu.Unlock()
		<-time.After(2 * time.Hour)
		o.world.mu.Lock()
		defer o.world.mu.Unlock()
		if o.polls["third.test"] != before {
			t.Error("a feed that was taken out is still asked")
		}
	})
}

func TestABadReloadChangesNothingAndSaysWhy(t *testing.T) {
	operating(t, opsYAML, nil, func(t *testing.T, o *operated) {
		<-time.After(time.Hour)
		running := o.svc.current.Load()
		bad := map[string]struct{ yaml, says string }{
			"syntax":       {opsYAML + "poll: {every: 1s}\n", "below one minute"},
			"unknown key":  {opsYAML + "pol: {}\n", "unknown key"},
			"placeholder":  {strings.Replace(opsYAML, "C0123456789", "C0000000000", 1), "placeholder"},
			"rule pack":    {opsYAML + "topics: [{name: other, pack: missing.yaml}]\n", "missing.yaml"},
			"token file":   {opsYAML + "slack: {token_file: missing}\n", "slack"},
			"listen":       {opsYAML + "listen: \"256.0.0.1:1\"\n", "listen"},
			"seeds":        {strings.Replace(opsYAML, "digests:", "timezone: Nowhere/Land\ndigests:", 1), "time zone"},
			"no digest at": {strings.Replace(opsYAML, "0 8 * * *", "0 99 * * *", 1), "cron"},
		}
		for name, b := range bad {
			states := o.hup(b.yaml)
			last := states[len(states)-1]
			if !strings.HasPrefix(states[0], "RELOADING=1") || !strings.HasPrefix(last, "READY=1\nSTATUS=the new configuration was refused") || !strings.Contains(last, b.says) || strings.Count(last, "\n") != 1 {
				t.Errorf("%s: systemd was told %q, want %q", name, states, b.says)
			}
			if o.svc.current.Load() != running {
				t.Fatalf("%s: the daemon was replaced", name)
			}
		}
		o.mu.Lock()
		if n := strings.Count(o.log.String(), "was not reloaded"); n != len(bad) {
			t.Errorf("%d log lines for %d refusals", n, len(bad))
		}
		o.mu.Unlock()
		feeds, err := o.svc.store.Feeds(t.Context())
		if err != nil || len(feeds) != 2 && len(feeds) != 3 { // with the seeds' own
			t.Errorf("%d feeds, %v", len(feeds), err)
		}
		o.world.mu.Lock()
		before := o.polls["wire.test"]
		o.world.mu.Unlock()
		<-time.After(time.Hour)
		o.world.mu.Lock()
		if o.polls["wire.test"] < before+3 {
			t.Error("the former configuration is not polled any more")
		}
		o.world.mu.Unlock()
	})
}

// A good file that the database can't take, because the disk is full, is refused too,
// and the daemon goes on with what it had.
func TestAReloadOnAFullDiskChangesNothing(t *testing.T) {
	if !alone(t) {
		return
	}
	operating(t, opsYAML, nil, func(t *testing.T, o *operated) {
		<-time.After(time.Hour)
		running := o.svc.current.Load()
		more := strings.Replace(opsYAML, "feeds:\n", "feeds:\n  - {name: Third, url: \"http://third.test/rss\"}\n", 1)
		limitFiles(t, 0)
		states := o.hup(more)
		limitFiles(t, ^uint64(0))
		if last := states[len(states)-1]; !strings.Contains(last, "refused") || !strings.Contains(last, "file too large") {
			t.Errorf("systemd was told %q", states)
		}
		if o.svc.current.Load() != running {
			t.Error("the daemon was replaced")
		}
		feeds, err := o.svc.store.DueFeeds(t.Context(), time.Now(), true)
		if err != nil || len(feeds) != 2 {
			t.Errorf("%d feeds are polled, %v; want the two of before", len(feeds), err)
		}
		if states := o.hup(more); !strings.HasPrefix(states[len(states)-1], "READY=1") || o.svc.current.Load() == running {
			t.Errorf("with room again systemd was told %q", states)
		}
	})
}

// What a reload takes out of force is let go: two sets of compiled rules are 4 MB more
// than one.
func TestAReloadLetsTheFormerConfigurationGo(t *testing.T) {
	var mu sync.Mutex
	var apps []weak.Pointer[app]
	keep := func(d *daemon) {
		mu.Lock()
		defer mu.Unlock()
		apps = append(apps, weak.Make(d.app))
	}
	operating(t, opsYAML, keep, func(t *testing.T, o *operated) {
		for range 3 {
			<-time.After(time.Hour)
			o.hup(opsYAML)
		}
		<-time.After(5 * time.Minute) // connections that nobody uses are closed
		runtime.GC()
		runtime.GC() // what a finalizer held
		mu.Lock()
		defer mu.Unlock()
		if len(apps) != 4 || apps[3].Value() == nil {
			t.Fatalf("%d daemons ran, want 4, the last of them still", len(apps))
		}
		for i, a := range apps[:3] {
			if a.Value() != nil {
				t.Errorf("daemon %d of 4 is still held in memory", i+1)
			}
		}
	})
}

func TestTheDatabaseCannotBeReloaded(t *testing.T) {
	operating(t, opsYAML, nil, func(t *testing.T, o *operated) {
		<-time.After(time.Minute)
		o.svc.load = o.load(filepath.Join(t.TempDir(), "other.db"))
		if states := o.hup(opsYAML); !strings.Contains(strings.Join(states, " "), "restart it") {
			t.Errorf("systemd was told %q", states)
		}
	})
}

// A message that is on its way when the reload comes arrives once.
func TestAReloadWhilePostingPostsOnce(t *testing.T) {
	operating(t, opsYAML, nil, func(t *testing.T, o *operated) {
		var slow atomic.Bool
		o.world.mu.Lock()
		o.slack = func(_ http.ResponseWriter, r *http.Request) (bool, bool) {
			if slow.CompareAndSwap(true, false) {
				return true, false // taken, and the answer lost with the reload
			}
			return true, true
		}
		o.world.mu.Unlock()
		o.publish("wire.test", worldEntry{"a", events[0].title, events[0].text, time.Now()})
		<-time.After(8*time.Hour - time.Second)
		slow.Store(true)
		<-time.After(3 * time.Second)
		o.hup(opsYAML)
		<-time.After(10 * time.Minute)
		if n := toldEntries(o.world)["a"]; n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// The real program survives SIGHUP, with a good file and a bad one.
func TestSIGHUPDoesNotEndTheProgram(t *testing.T) {
	dir := t.TempDir()
	systemd, states := notifySocket(t)
	write(t, filepath.Join(dir, "c.yaml"), "database: t.db\nlisten: 127.0.0.1:0\n")
	cmd := exec.Command(binary(t), "-c", "c.yaml", "run")
	cmd.Dir, cmd.Env = dir, append(cmd.Environ(), "NOTIFY_SOCKET="+systemd, "SLACK_BOT_TOKEN=")
	var out strings.Builder
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	states("READY=1")
	write(t, filepath.Join(dir, "c.yaml"), "database: t.db\npoll: {every: 20m}\n")
	hangUp(t, cmd)
	states("RELOADING=1")
	states("READY=1")
	write(t, filepath.Join(dir, "c.yaml"), "databse: t.db\n")
	hangUp(t, cmd)
	states("RELOADING=1")
	if s := states("READY=1"); !strings.Contains(s, "refused") || !strings.Contains(s, "databse") {
		t.Errorf("after a bad file systemd was told %q", s)
	}
	stop(t, cmd)
	if s := states("STOPPING=1"); s == "" {
		t.Error("systemd was not told of the end")
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "reloaded") || !strings.Contains(out.String(), "was not reloaded") {
		t.Errorf("the log says\n%s", out.String())
	}
}

// An address that is taken may be free the next time: systemd is to try again, and who
// reads the journal is told what to do.
func TestATakenAddressIsNoBadConfiguration(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s := &service{}
	for addr, want := range map[string]int{taken.Addr().String(): exitFailed, "127.0.0.1:none": exitConfig} {
		w, err := s.listen(addr)
		if w != nil || err == nil {
			t.Fatalf("%s: listens, %v", addr, err)
		}
		var said strings.Builder
		if got := exitCode(err, &said); got != want || !strings.Contains(said.String(), "listen") {
			t.Errorf("%s: ends with %d, want %d: %s", addr, got, want, said.String())
		}
		if mends := strings.Contains(said.String(), "write another one as listen"); mends != (want == exitFailed) {
			t.Errorf("%s: %s", addr, said.String())
		}
	}
}
