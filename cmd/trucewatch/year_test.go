package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

var (
	yearDays  = flag.Int("year.days", 10, "days of the year that are replayed; 365 is all of it")
	yearWrite = flag.Bool("year.write", false, "write what was told as it is now to testdata/year")
)

const (
	yearFeeds = 50
	yearDead  = 20 // feeds that die on the way
)

// The year begins so that the clocks of Kyiv change within its first ten days, and
// again in March.
var yearBegins = time.Date(2001, 10, 20, 0, 0, 0, 0, time.UTC)

// A year of operation in fake time, and what was told to whom: fifty feeds, of which
// twenty die; the token is revoked and another takes its place; the disk is full for a
// night; the clocks change twice; the machine is off over a digest; the operator takes
// dead feeds out. Every development is told to readers once, every trouble to the
// operator once, and neither memory nor open files grow.
func TestAYearOfOperation(t *testing.T) {
	if !alone(t, "-year.days="+strconv.Itoa(*yearDays), "-year.write="+strconv.FormatBool(*yearWrite)) {
		return
	}
	dir := t.TempDir()
	heard, command := hear(t, filepath.Join(dir, "operator"))
	var y *year
	synctest.Test(t, func(t *testing.T) {
		<-time.After(time.Until(yearBegins))
		y = newYear(t, filepath.Join(dir, "year.db"), command, heard)
		y.live(t)
	})
	y.judge(t)
	golden := filepath.Join("testdata", "year", fmt.Sprintf("told-%d.txt", y.days))
	got := y.told.String()
	if *yearWrite {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if errors.Is(err, fs.ErrNotExist) && y.days > 10 { // a length whose text nobody has read and kept
		t.Logf("told in %d days:\n%s", y.days, got)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		i := 0
		for i < min(len(g), len(w)) && g[i] == w[i] {
			i++
		}
		t.Errorf("line %d is %q, want %q; if the new text is right, run with -year.write", i+1, lineOf(g, i), lineOf(w, i))
	}
}

// year is the world's side of it: what happens, and what is seen.
type year struct {
	*operated
	days    int
	db      string
	command string
	heard   func() string // what the operator's command was given since it was last asked

	gone   []int // feeds that died, in their order
	out    map[int]bool
	events map[string]time.Time // id → when it was published first

	told   strings.Builder
	week   weekly
	counts map[string]int // event → times it was told to readers, its copies too
	slots  map[string]int // civil day in Kyiv → morning digests
	sizes  []footprint
	seen   int // posts that were looked at
	pruned float64
	errors map[string]int
}

// weekly is what readers got in a week.
type weekly struct{ mornings, recaps, alerts, developments, heartbeats int }

// footprint is what the process holds at a time.
type footprint struct {
	day, goroutines, files int
	heap, resident         uint64 // bytes
	database, items        int64
}

func newYear(t *testing.T, db, command string, heard func() string) *year {
	return &year{days: *yearDays, db: db, command: command, heard: heard, out: map[int]bool{}, events: map[string]time.Time{},
		counts: map[string]int{}, slots: map[string]int{}, errors: map[string]int{}}
}

func yearHost(i int) string { return fmt.Sprintf("source-%02d.test", i) }

var yearSides = []string{"ukraine", "russia", "us", "europe", "mediator", "un_ngo", "independent"}

// yaml is the configuration, without the feeds that the operator took out.
func (y *year) yaml() string {
	var b strings.Builder
	fmt.Fprintf(&b, `
timezone: Europe/Kyiv
digests:
  - {name: morning, channel: C0READERS00, cron: "30 3 * * *"}
  - {name: weekly, kind: recap, window: 7d, channel: C0READERS00, cron: "0 9 * * 1"}
alerts: [{name: turn, channel: C0ALERTS000}]
ops: {channel: C0OPERATOR, heartbeat: "http://heart.test/ping", command: %q}
retention: {text: 90d, unrelated_text: 7d}
feeds:
`, y.command)
	for i := range yearFeeds {
		if y.out[i] {
			continue
		}
		fmt.Fprintf(&b, "  - {name: Source %02d, url: \"http://%s/rss\", lang: %s, side: %s, official: %v}\n",
			i, yearHost(i), []string{"en", "ru", "uk"}[i%3], yearSides[i%len(yearSides)], i%9 == 0)
	}
	return b.String()
}

// at is a moment of the year: a share of its days, and hours more.
func (y *year) at(share float64, hours int) time.Time {
	return yearBegins.AddDate(0, 0, int(share*float64(y.days))).Add(time.Duration(hours) * time.Hour)
}

// live goes through the year hour by hour.
func (y *year) live(t *testing.T) {
	w := newWorld(t)
	w.keep = 30
	y.operated = &operated{world: w}
	for i := range yearFeeds {
		w.publish(yearHost(i), worldEntry{"before", "The harvest festival opens its gates", "There is music, and there is bread.", yearBegins.Add(-time.Hour)})
	}
	start := func() (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		y.operated = w.operate(ctx, t, y.db, y.yaml(), nil)
		o := y.operated
		return func() {
			cancel()
			if err := <-o.ended; err != nil {
				t.Error(err)
			}
			o.svc.store.Close()
		}
	}
	stop := start()
	at := map[time.Time][]func(){}
	plan := func(when time.Time, what string, do func()) {
		at[when] = append(at[when], func() { y.happens(what); do() })
	}
	plan(y.at(0.3, 12), "Slack revokes the token", func() { y.revoked.Store(true) })
	plan(y.at(0.3, 40), "the operator puts a new token in place", func() { y.setToken("xoxb-second"); y.hup(y.yaml()) })
	plan(y.at(0.55, 9), "the operator takes the dead feeds out of the configuration", y.takeOut)
	plan(y.at(0.7, 22), "the disk is full", func() { limitFiles(t, 0) })
	plan(y.at(0.7, 29), "there is room on the disk", func() { limitFiles(t, ^uint64(0)) })
	plan(y.at(0.9, -1), "the machine goes down, over a digest", func() { stop() })
	plan(y.at(0.9, 4), "the machine comes up", func() { stop = start() })
	plan(y.at(0.95, 9), "the operator takes the dead feeds out of the configuration", y.takeOut)
	for i := range yearDead {
		n := i * 7 % yearFeeds // 20 of them, none twice, of all sides
		way := yearDeaths[i%len(yearDeaths)]
		when := y.at(0, 48+7*i%24).AddDate(0, 0, i*(y.days-8)/yearDead)
		plan(when, fmt.Sprintf("Source %02d dies: %s", n, way.what), func() { y.die(n, way.answer) })
	}
	defer limitFiles(t, ^uint64(0))
	for hour := range y.days * 24 {
		now := yearBegins.Add(time.Duration(hour) * time.Hour)
		<-time.After(time.Until(now.Add(30 * time.Second))) // between two minutes of the program's
		for _, happens := range at[now] {
			happens()
		}
		y.publish(hour)
		<-time.After(50 * time.Minute)
		y.look(t)
		if every := max(y.days/12, 1) * 24; hour%every == every-1 {
			y.measure(t)
		}
	}
	<-time.After(4 * time.Hour) // the last morning
	y.look(t)
	y.closeWeek(yearBegins.AddDate(0, 0, y.days))
	_, text := y.get("/metrics")
	y.pruned = readMetrics(t, text)["trucewatch_texts_removed_total"]
	stop()
}

// alone reports whether a test has the process to itself; if not, it runs the test in a
// new one with more arguments. A limit on files would hit those of go test as well, and
// memory is that of one test.
func alone(t *testing.T, args ...string) bool {
	t.Helper()
	const mark = "TRUCEWATCH_TEST_ALONE"
	if os.Getenv(mark) == t.Name() {
		signal.Ignore(syscall.SIGXFSZ) // a write past the limit is an error, not the end
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append([]string{"-test.run=^" + t.Name() + "$", "-test.v", "-test.timeout=0"}, args...)...)
	cmd.Env = append(os.Environ(), mark+"="+t.Name())
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in a process of its own: %v", err)
	}
	return false
}

// limitFiles bounds what any file of this process may grow to: what a full disk is to
// a program, without filling one. The test runs alone.
func limitFiles(t *testing.T, size uint64) {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		t.Fatal(err)
	}
	l.Cur = min(size, l.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		t.Fatal(err)
	}
}

// yearDeaths are the ways in which feeds end; without an answer their name is lost.
var yearDeaths = []struct {
	what   string
	answer http.HandlerFunc
}{
	{"not found", http.NotFound},
	{"gone", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusGone) }},
	{"no such host", nil},
	{"a page in its place", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprint(rw, "<!doctype html><html><head><title>This name is for sale</title></head><body><p>Make an offer.</p></body></html>")
	}},
	{"forbidden", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusForbidden) }},
}

func (y *year) die(n int, answer http.HandlerFunc) {
	y.world.mu.Lock()
	defer y.world.mu.Unlock()
	y.dead[yearHost(n)] = answer
	y.gone = append(y.gone, n)
}

// takeOut is the operator's answer to what they were told.
func (y *year) takeOut() {
	for _, n := range y.gone {
		y.out[n] = true
	}
	y.hup(y.yaml())
}

// publish is an hour of news: a report an hour and feed in eight, and each morning a
// development of the talks, which another feed takes over, mostly word for word.
func (y *year) publish(hour int) {
	var alive []int
	for i := range yearFeeds {
		if !slices.Contains(y.gone, i) {
			alive = append(alive, i)
		}
	}
	now := time.Now()
	for _, i := range alive {
		c := newChance(hour, i, 7)
		if c.of(8) > 0 {
			continue
		}
		tongue := farmTongues[i%3]
		y.world.publish(yearHost(i), worldEntry{fmt.Sprintf("h%d", hour), strings.TrimSuffix(tongue.sentence(c, 9), "."), tongue.sentence(c, 16) + " " + tongue.sentence(c, 12), now})
	}
	day := hour / 24
	id, english := fmt.Sprintf("event-%d", day), slices.DeleteFunc(alive, func(i int) bool { return i%3 != 0 })
	title, text := yearEvent(day)
	switch c := newChance(day, 11); hour % 24 {
	case 10:
		y.events[id] = now
		y.world.publish(yearHost(english[c.of(len(english))]), worldEntry{id, title, text, now})
	case 13:
		c.of(2)
		if strings.Contains(title, "agree") { // a second report of its own: readers are alerted
			title, text = "Both sides confirm: "+title, "Kyiv confirmed it, and so did Moscow. "+text
		}
		y.world.publish(yearHost(english[c.of(len(english))]), worldEntry{"copy-" + id, title, text, now})
	}
}

// yearEvent is the development of a day: no two of a year say the same.
func yearEvent(day int) (title, text string) {
	c := newChance(day, 5)
	n, place, host := 20+day, yearPlaces[c.of(len(yearPlaces))], yearHosts[c.of(len(yearHosts))]
	of := []func() (string, string){
		func() (string, string) {
			return fmt.Sprintf("Russia and Ukraine exchange %d prisoners near %s", n, place), fmt.Sprintf("Russia and Ukraine each handed over %d prisoners of war near %s in an exchange that %s had arranged.", n, place, host)
		},
		func() (string, string) {
			return fmt.Sprintf("Kremlin rejects a truce of %d days around %s", n, place), fmt.Sprintf("Russia will not stop its fire around %s for %d days, a Kremlin spokesman said of the offer that %s had passed on.", place, n, host)
		},
		func() (string, string) {
			return fmt.Sprintf("%s offers to host ceasefire talks of %d delegates", host, n), fmt.Sprintf("%s has offered Ukraine and Russia a venue for ceasefire talks with %d delegates; %s is to be on the agenda.", host, n, place)
		},
		func() (string, string) {
			return fmt.Sprintf("Ukraine proposes a corridor out of %s for %d civilians", place, n), fmt.Sprintf("Ukraine has asked Russia for a humanitarian corridor out of %s, by which %d civilians could leave; %s would watch over it.", place, n, host)
		},
		func() (string, string) {
			return fmt.Sprintf("Zelensky names %d conditions for a ceasefire after talks in %s", n, host), fmt.Sprintf("President Zelensky listed %d conditions under which Ukraine would accept a ceasefire with Russia; the first is %s.", n, place)
		},
		func() (string, string) {
			return fmt.Sprintf("Moscow says the energy truce was broken %d times near %s", n, place), fmt.Sprintf("The Russian defence ministry counted %d strikes on power plants near %s that it calls violations of the energy truce with Ukraine; %s asked for proof.", n, place, host)
		},
		func() (string, string) {
			return fmt.Sprintf("Witkoff brings a peace plan of %d points to %s", n, host), fmt.Sprintf("US envoy Steve Witkoff arrived in %s with a peace plan for Ukraine and Russia that has %d points, one of them on %s.", host, n, place)
		},
		func() (string, string) {
			return fmt.Sprintf("Ukraine and Russia agree on a ceasefire of %d days around %s", n, place), fmt.Sprintf("Ukraine and Russia have both agreed to stop their fire around %s for %d days from midnight, %s announced after talks with both delegations.", place, n, host)
		},
		func() (string, string) {
			return fmt.Sprintf("Grain ships wait: Black Sea truce talks over %s are put off by %d days", place, n), fmt.Sprintf("Russia and Ukraine put off their talks about a Black Sea truce and the port near %s by %d days, mediators in %s said.", place, n, host)
		},
	}
	return of[day%len(of)]()
}

var (
	yearPlaces = strings.Fields("Sumy Kherson Odesa Kharkiv Zaporizhzhia Donetsk Pokrovsk Kupiansk Mykolaiv Luhansk Chernihiv Izium")
	yearHosts  = strings.Fields("Turkey Switzerland Qatar Hungary Austria Norway Kazakhstan Slovakia Egypt Malta")
)

// happens writes down what the world does.
func (y *year) happens(what string) {
	fmt.Fprintf(&y.told, "%s  * %s\n", yearStamp(time.Now()), what)
}

func yearStamp(t time.Time) string { return t.UTC().Format("2006-01-02 15h") }

var eventLink = regexp.MustCompile(`^(?:copy-)?(event-\d+)$`)

// look reads what was told in the last hour, and writes it down; what was read is
// thrown away, so that only the program's memory is measured.
func (y *year) look(t *testing.T) {
	if now := time.Now().UTC(); now.Weekday() == time.Monday && now.Hour() == 0 && now.After(yearBegins.Add(24*time.Hour)) {
		y.closeWeek(now)
	}
	y.world.mu.Lock()
	var fresh []post
	for i := y.seen; i < len(y.posts); i++ {
		fresh = append(fresh, y.posts[i])
		y.posts[i].body, y.posts[i].text, y.posts[i].note = "", "", ""
	}
	y.seen = len(y.posts)
	clear(y.edits)
	y.world.mu.Unlock()
	inSlack := ""
	for _, p := range fresh {
		switch {
		case p.channel == "C0OPERATOR":
			inSlack += p.text + "\n"
		case p.thread == "":
			y.reader(t, p)
		}
	}
	y.operator(inSlack, y.heard())
	y.operated.mu.Lock()
	defer y.operated.mu.Unlock()
	y.states = nil
	for line := range strings.Lines(y.log.String()) {
		if strings.Contains(line, "level=ERROR") {
			msg := regexp.MustCompile(`msg="?([^"=]*)`).FindStringSubmatch(line)
			y.errors[msg[1]]++
		}
	}
	y.log.Reset()
}

// operator writes down what the operator was told in an hour, cause by cause: which
// of them came in one message hangs on fractions of a second.
func (y *year) operator(inSlack, byCommand string) {
	slack, command := byCause(inSlack), byCause(byCommand)
	for _, words := range slices.Sorted(maps.Keys(slack)) {
		to := "operator, in Slack"
		if _, both := command[words]; both {
			to += " and by command"
		}
		y.write(to, slack[words])
	}
	for _, words := range slices.Sorted(maps.Keys(command)) {
		if _, both := slack[words]; !both {
			y.write("operator, by command", command[words])
		}
	}
}

// byCause cuts messages to the operator into causes, by their bare words: Slack's
// markup is no difference.
func byCause(messages string) map[string]string {
	out := map[string]string{}
	add := func(cause string) {
		words := strings.FieldsFunc(cause, func(r rune) bool { return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9') })
		if len(words) > 0 {
			out[strings.Join(words, " ")] = cause
		}
	}
	cause := ""
	for line := range strings.Lines(messages) {
		if strings.HasPrefix(line, "•") {
			cause += line
			continue
		}
		add(cause)
		cause = strings.TrimPrefix(line, "trucewatch: ")
	}
	add(cause)
	return out
}

func (y *year) reader(t *testing.T, p post) {
	told := toldIn(p)
	for id := range told {
		if m := eventLink.FindStringSubmatch(id); m != nil && p.channel == "C0READERS00" && !strings.HasPrefix(p.key, "weekly/") {
			y.counts[m[1]]++
			y.week.developments++
		}
	}
	switch {
	case p.channel == "C0ALERTS000":
		y.week.alerts++
	case strings.HasPrefix(p.key, "morning/"):
		y.week.mornings++
		slot, err := time.Parse(time.RFC3339, strings.Split(p.key, "/")[1])
		if err != nil {
			t.Fatal(err)
		}
		y.slots[slot.In(kyiv(t)).Format(time.DateOnly)]++
	case strings.HasPrefix(p.key, "weekly/"):
		y.week.recaps++
	default:
		y.write("readers", p.text)
	}
}

func (y *year) write(to, text string) {
	fmt.Fprintf(&y.told, "%s  %s: %s\n", yearStamp(time.Now()), to, strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n\t"))
}

func (y *year) closeWeek(end time.Time) {
	all := y.heartbeats()
	// A late delivery may have its heartbeat on either side of the week's end, so that
	// their number is no fixed one.
	beats := "a heartbeat for each morning at least"
	if n := all - y.week.heartbeats; n < y.week.mornings {
		beats = fmt.Sprintf("%d heartbeats only", n)
	}
	fmt.Fprintf(&y.told, "%s  readers, in the week: %d mornings with %d developments, %d recaps, %d alerts; %s\n",
		yearStamp(end), y.week.mornings, y.week.developments, y.week.recaps, y.week.alerts, beats)
	y.week = weekly{heartbeats: all}
}

func kyiv(t *testing.T) *time.Location {
	zone, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// measure notes what the process holds.
func (y *year) measure(t *testing.T) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, resident uint64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		t.Fatal(err)
	}
	f := footprint{day: int(time.Since(yearBegins).Hours()/24) + 1, goroutines: runtime.NumGoroutine(), files: len(files), heap: m.HeapAlloc, resident: resident * uint64(os.Getpagesize())}
	if st, err := y.svc.store.Stats(t.Context()); err == nil { // it fails while the machine is off
		f.items, f.database = int64(st.Items), st.Bytes
	}
	y.sizes = append(y.sizes, f)
	t.Logf("day %3d: heap %5.1f MB, resident %5.1f MB, %d open files, %d goroutines, %d items, database %.1f MB",
		f.day, float64(f.heap)/1e6, float64(f.resident)/1e6, f.files, f.goroutines, f.items, float64(f.database)/1e6)
}

// judge says what must have been true of the year.
func (y *year) judge(t *testing.T) {
	for id, at := range y.events {
		if n := y.counts[id]; n != 1 && at.Before(yearBegins.AddDate(0, 0, y.days).Add(-16*time.Hour)) {
			t.Errorf("%s of %s was told to readers %d times, want once", id, yearStamp(at), n)
		}
	}
	if len(y.events) != y.days {
		t.Errorf("%d developments in %d days", len(y.events), y.days)
	}
	for d := 1; d < y.days; d++ {
		if day := yearBegins.AddDate(0, 0, d).Format(time.DateOnly); y.slots[day] != 1 {
			t.Errorf("%d morning digests on %s, want 1", y.slots[day], day)
		}
	}
	story := y.told.String()
	for _, says := range []string{"token_revoked", "No message is held back any more", "The database can't be written", "The database is written again", "Sources can't be read", "is gone"} {
		if !strings.Contains(story, says) {
			t.Errorf("the operator never heard: %s", says)
		}
	}
	if y.pruned == 0 {
		t.Error("no text was removed by retention")
	}
	for _, msg := range slices.Sorted(maps.Keys(y.errors)) {
		t.Logf("%d log lines of level error: %s", y.errors[msg], msg)
	}
	third := max(len(y.sizes)/3, 1)
	begin, end := y.sizes[:third], y.sizes[len(y.sizes)-third:]
	for _, c := range []struct {
		what string
		of   func(footprint) float64
		more float64 // that may come on top of a tenth
	}{
		{"heap", func(f footprint) float64 { return float64(f.heap) }, 0.5e6}, // a second set of compiled rules is more
		{"resident memory", func(f footprint) float64 { return float64(f.resident) }, yearCaches},
		{"open files", func(f footprint) float64 { return float64(f.files) }, 2},
		{"goroutines", func(f footprint) float64 { return float64(f.goroutines) }, 2},
	} {
		b, e := median(begin, c.of), median(end, c.of)
		if e > 1.1*b+c.more {
			t.Errorf("%s grew from %.0f to %.0f", c.what, b, e)
		}
	}
	for _, f := range y.sizes {
		if f.resident > yearResident && !underRace() {
			t.Errorf("on day %d the process held %.1f MB, want at most %.0f", f.day, float64(f.resident)/1e6, yearResident/1e6)
		}
	}
}

const (
	yearCaches   = 20e6 // bytes of SQLite's page caches, the writer's and one reader's, which fill as the database grows
	yearResident = 95e6 // bytes that the process may hold at any time, this test and its fifty servers included
)

// hear makes a pipe for the operator's command, which no full disk stops. It returns
// what reads all that is in it, and the command.
func hear(t *testing.T, path string) (heard func() string, command string) {
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	return func() string {
		b := make([]byte, 1<<20)
		n, err := syscall.Read(fd, b)
		if err != nil && err != syscall.EAGAIN {
			t.Error(err)
		}
		return string(b[:max(n, 0)])
	}, "cat > " + path
}
