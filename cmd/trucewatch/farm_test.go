package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"github.com/mmcdole/gofeed"

	"trucewatch/internal/config"
	"trucewatch/store"
)

// The feed farm: what polling and judging cost beside the least that could be done.
//
// Three processes: the farm serves feeds on loopback; a bare loop of gofeed and SQLite
// reads them with the same durability and decides nothing; the program reads them with
// everything on. Both readers do the same rounds, and each is measured by itself.
//
//	go test ./cmd/trucewatch -run '^$' -bench Farm -farm.feeds 500 -farm.items 50
var (
	farmFeeds   = flag.Int("farm.feeds", 60, "feeds of the farm")
	farmItems   = flag.Int("farm.items", 20, "items a feed")
	farmLatency = flag.Duration("farm.latency", 0, "how long the farm takes to answer")
	farmUntil   = flag.String("farm.until", "", "how far the program goes: `stored` polls and stores, judged judges for a topic that nothing is about; the default is all of it")
	farmProfile = flag.String("farm.profile", "", "directory for CPU profiles of the program's rounds, and one of what it holds in memory")
)

// farmPart names the part of the benchmark a process of it plays.
const farmPart = "TRUCEWATCH_FARM_PART"

func init() {
	part := os.Getenv(farmPart)
	if part == "" {
		return
	}
	plays := map[string]func([]string) error{"serve": serveFarm, "bare": bareLoop, "program": farmProgram}
	if err := plays[part](os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, part+":", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// farmRounds are what both readers do, in this order. The farm's stage is which
// items its feeds show.
var farmRounds = []struct {
	name  string
	stage int
}{{"first", 0}, {"same", 0}, {"tenth", 1}}

// cost is what one round of one reader took.
type cost struct {
	CPU, Wall time.Duration
	PeakKB    int64 // the most memory the process has held
	Allocs    uint64
	New       int
}

func BenchmarkFarm(b *testing.B) {
	for _, kind := range []string{"summary", "full"} {
		b.Run(kind, func(b *testing.B) {
			var bare, own [][]cost
			var start []cost
			for range b.N {
				f := startFarm(b, kind)
				bare = append(bare, f.run(b, "bare")[1:])
				costs := f.run(b, "program")
				start, own = append(start, costs[0]), append(own, costs[1:])
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(start, func(c cost) float64 { return c.Wall.Seconds() * 1000 }), "start-ms")
			for i, r := range farmRounds {
				round := func(of [][]cost, get func(cost) float64) float64 {
					return median(of, func(cs []cost) float64 { return get(cs[i]) })
				}
				cpu := func(c cost) float64 { return c.CPU.Seconds() }
				b.ReportMetric(round(own, cpu), r.name+"-cpu-s")
				b.ReportMetric(round(bare, cpu), r.name+"-bare-cpu-s")
				b.ReportMetric(round(own, cpu)/round(bare, cpu), r.name+"-times")
				b.ReportMetric(round(own, func(c cost) float64 { return c.Wall.Seconds() }), r.name+"-wall-s")
				b.ReportMetric(round(own, func(c cost) float64 { return float64(c.PeakKB) / 1024 }), r.name+"-peak-MB")
				b.ReportMetric(round(own, func(c cost) float64 { return float64(c.Allocs) })/round(bare, func(c cost) float64 { return float64(c.Allocs) }), r.name+"-allocs-times")
			}
			b.ReportMetric(median(bare, func(cs []cost) float64 { return float64(cs[len(cs)-1].PeakKB) / 1024 }), "bare-peak-MB")
		})
	}
}

func median[T any](of []T, get func(T) float64) float64 {
	var vs []float64
	for _, v := range of {
		vs = append(vs, get(v))
	}
	slices.Sort(vs)
	return vs[len(vs)/2]
}

// farm is a running farm.
type farm struct {
	part
	addr string
}

// part is a process of the benchmark: a line in makes it do something, a line out
// says what came of it.
type part struct {
	in  io.Writer
	out *bufio.Scanner
}

func startPart(b *testing.B, name string, args ...string) part {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), farmPart+"="+name)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close() // the end of its input is the end of its work
		if err := cmd.Wait(); err != nil {
			b.Errorf("%s: %v", name, err)
		}
	})
	return part{in: in, out: bufio.NewScanner(out)}
}

// ask has a part do something and returns its answer.
func (p part) ask(b *testing.B, what string) []byte {
	b.Helper()
	if _, err := fmt.Fprintln(p.in, what); err != nil {
		b.Fatal(err)
	}
	if !p.out.Scan() {
		b.Fatalf("%s: no answer: %v", what, p.out.Err())
	}
	return p.out.Bytes()
}

func startFarm(b *testing.B, kind string) *farm {
	b.Helper()
	f := &farm{part: startPart(b, "serve", kind, strconv.Itoa(*farmFeeds), strconv.Itoa(*farmItems), farmLatency.String())}
	f.addr = string(f.ask(b, "address"))
	return f
}

// run has a reader do all rounds; the first cost is its start's.
func (f *farm) run(b *testing.B, reader string) []cost {
	b.Helper()
	p := startPart(b, reader, f.addr, strconv.Itoa(*farmFeeds), b.TempDir(), *farmProfile, *farmUntil)
	costs := []cost{readCost(b, p.ask(b, "start"))}
	for i, r := range farmRounds {
		f.ask(b, strconv.Itoa(r.stage))
		c := readCost(b, p.ask(b, strconv.Itoa(i)))
		if want := []int{*farmFeeds * *farmItems, 0, *farmFeeds * tenth(*farmItems)}[i]; c.New != want {
			b.Fatalf("%s, round %s: %d new items, want %d", reader, r.name, c.New, want)
		}
		costs = append(costs, c)
	}
	return costs
}

func tenth(n int) int { return max(n/10, 1) }

func readCost(b *testing.B, line []byte) (c cost) {
	b.Helper()
	if err := json.Unmarshal(line, &c); err != nil {
		b.Fatalf("%q: %v", line, err)
	}
	return c
}

// answerRounds does a round for each line read and answers with its cost; items
// counts what is stored, outside of what is measured.
func answerRounds(round func(what string) error, items func() (int, error)) error {
	known := 0
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var before, after runtime.MemStats
		var c cost
		runtime.ReadMemStats(&before)
		cpu, err := processorSpent()
		if err != nil {
			return err
		}
		began := time.Now()
		if err := round(in.Text()); err != nil {
			return err
		}
		c.Wall = time.Since(began)
		spent, err := processorSpent()
		if err != nil {
			return err
		}
		c.CPU = spent - cpu
		runtime.ReadMemStats(&after)
		c.Allocs = after.Mallocs - before.Mallocs
		if c.PeakKB, err = peakKB(); err != nil {
			return err
		}
		n, err := items()
		if err != nil {
			return err
		}
		c.New, known = n-known, n
		if err := json.NewEncoder(os.Stdout).Encode(c); err != nil {
			return err
		}
	}
	return in.Err()
}

// processorSpent is the time the processors have given to this process.
func processorSpent() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}

// peakKB is the most memory this process has held. Unlike what getrusage says it
// does not begin with the parent's.
func peakKB() (int64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strconv.ParseInt(strings.Fields(v)[0], 10, 64)
		}
	}
	return 0, errors.New("/proc/self/status states no VmHWM")
}

// bareLoop is the baseline: a feed after the other, gofeed, one transaction a feed, as
// durable as the store's; what was known is ignored by its GUID.
func bareLoop(args []string) error {
	addr, dir := args[0], args[2]
	feeds, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "bare.db")+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_cache_size=-16000")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`CREATE TABLE items (id INTEGER PRIMARY KEY, feed INTEGER NOT NULL, guid TEXT NOT NULL UNIQUE, title TEXT NOT NULL, link TEXT NOT NULL, summary TEXT NOT NULL, content TEXT NOT NULL);
		CREATE TABLE feeds (id INTEGER PRIMARY KEY, etag TEXT NOT NULL)`)
	if err != nil {
		return err
	}
	insert, err := db.Prepare(`INSERT OR IGNORE INTO items (feed, guid, title, link, summary, content) VALUES (?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	remember, err := db.Prepare(`INSERT INTO feeds (id, etag) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET etag = excluded.etag`)
	if err != nil {
		return err
	}
	defer remember.Close()
	etags := make([]string, feeds)
	client := &http.Client{Timeout: time.Minute}
	poll := func(i int) error {
		req, err := http.NewRequest("GET", feedURL(addr, i), nil)
		if err != nil {
			return err
		}
		if etags[i] != "" {
			req.Header.Set("If-None-Match", etags[i])
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode == http.StatusNotModified {
			return nil
		}
		doc, err := gofeed.NewParser().Parse(resp.Body)
		if err != nil {
			return err
		}
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for _, it := range doc.Items {
			if _, err := tx.Stmt(insert).Exec(i, it.GUID, it.Title, it.Link, it.Description, it.Content); err != nil {
				return err
			}
		}
		etags[i] = resp.Header.Get("ETag")
		if _, err := tx.Stmt(remember).Exec(i, etags[i]); err != nil {
			return err
		}
		return tx.Commit()
	}
	return answerRounds(func(what string) error {
		if what == "start" {
			return nil
		}
		for i := range feeds {
			if err := poll(i); err != nil {
				return err
			}
		}
		return nil
	}, func() (n int, err error) {
		err = db.QueryRow(`SELECT count(*) FROM items`).Scan(&n)
		return n, err
	})
}

// farmProgram is the program with everything on: what the daemon does in the minutes
// of a round, seven hours apart so that every feed is due.
func farmProgram(args []string) error {
	addr, dir, profile, until := args[0], args[2], args[3], args[4]
	feeds, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	var y strings.Builder
	fmt.Fprintf(&y, "database: %q\nseeds: \"\"\nhttp: {allow: [%q], per_host: 16}\nfeeds:\n", filepath.Join(dir, "farm.db"), addr)
	for i := range feeds {
		fmt.Fprintf(&y, "  - {name: feed %d, url: %q, every: 6h}\n", i, feedURL(addr, i))
	}
	if until == "judged" {
		y.WriteString("topics: [{name: gaza, pack: builtin}]\n")
	}
	ctx, cancel := context.WithCancel(context.Background()) // as the daemon's, which a signal ends
	defer cancel()
	var d *daemon
	began := time.Now().UTC()
	return answerRounds(func(what string) error {
		if what == "start" {
			d, err = farmDaemon(ctx, y.String())
			return err
		}
		i, err := strconv.Atoi(what)
		if err != nil {
			return err
		}
		if profile != "" {
			f, err := os.Create(filepath.Join(profile, farmRounds[i].name+".pprof"))
			if err != nil {
				return err
			}
			defer f.Close()
			if err := pprof.StartCPUProfile(f); err != nil {
				return err
			}
			defer pprof.StopCPUProfile()
		}
		now := began.Add(time.Duration(i) * 7 * time.Hour)
		if until == "stored" {
			_, err := d.monitor.Poll(ctx, now, false)
			return err
		}
		return d.round(ctx, now)
	}, func() (int, error) {
		if profile != "" {
			if err := writeHeap(filepath.Join(profile, "heap.pprof")); err != nil {
				return 0, err
			}
		}
		st, err := d.store.Stats(ctx)
		if err == nil && st.Pending != 0 && until != "stored" {
			err = fmt.Errorf("%d items were not judged", st.Pending)
		}
		return int(st.Items), err
	})
}

// writeHeap writes what the program holds in memory.
func writeHeap(path string) error {
	runtime.GC()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}

func farmDaemon(ctx context.Context, yaml string) (*daemon, error) {
	cfg, err := config.Read(strings.NewReader(yaml), config.Where{File: "farm.yaml"}, checks)
	if err != nil {
		return nil, err
	}
	st, err := store.Open(ctx, cfg.Database)
	if err != nil {
		return nil, err
	}
	e := &env{ctx: ctx, cli: &CLI{}, getenv: func(string) string { return "" }, stdout: io.Discard, stderr: io.Discard, log: slog.New(slog.DiscardHandler)}
	holdLess(e)
	a, err := newApp(e, cfg, st, options{})
	if err != nil {
		return nil, err
	}
	return newDaemon(a), nil
}

func feedURL(addr string, i int) string { return fmt.Sprintf("http://%s/feed/%d", addr, i) }

// serveFarm serves feeds until its input ends. A line of it is the next stage.
func serveFarm(args []string) error {
	full := args[0] == "full"
	n := make([]int, 2)
	for i := range n {
		var err error
		if n[i], err = strconv.Atoi(args[1+i]); err != nil {
			return err
		}
	}
	latency, err := time.ParseDuration(args[3])
	if err != nil {
		return err
	}
	w := &farmWriter{feeds: n[0], items: n[1], full: full, began: time.Now()}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	stages := [][][]byte{w.documents(0), w.documents(1)}
	stage, docs := 0, stages[0]
	srv := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if latency > 0 {
			<-time.After(latency)
		}
		i, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/feed/"))
		if err != nil || i < 0 || i >= len(docs) {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		rw.Header().Set("ETag", fmt.Sprintf(`"%d-%d"`, i, stage))
		http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(docs[i]))
	})}
	go srv.Serve(l)
	defer srv.Close()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if in.Text() == "address" {
			fmt.Println(l.Addr())
			continue
		}
		i, err := strconv.Atoi(in.Text())
		if err != nil {
			return err
		}
		stage, docs = i, stages[i] // nobody asks while the stage changes
		fmt.Println("ok")
	}
	return in.Err()
}

// farmWriter writes the farm's documents: one item in ten is about the talks, one in
// twenty mentions them, one in twenty belongs to a numbered series, and one in five
// bears the text of another feed's. Six feeds in ten are in English, two in Russian,
// two in Ukrainian.
type farmWriter struct {
	feeds, items int
	full         bool
	began        time.Time
	era          int // what is of another one reports other events
}

func (w *farmWriter) documents(stage int) [][]byte {
	out := make([][]byte, w.feeds)
	for i := range out {
		var b bytes.Buffer
		fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Feed %d</title><link>https://feed%d.example/</link><description>News of feed %d</description><generator>farm %d</generator>
`, i, i, i, stage)
		first := stage * tenth(w.items)
		for j := first + w.items - 1; j >= first; j-- {
			title, paragraphs := w.text(i, j)
			at := w.began.Add(time.Duration(j-w.items) * 20 * time.Minute)
			summary := "<p>" + paragraphs[0] + "</p>"
			fmt.Fprintf(&b, `<item><title>%s</title><link>https://feed%d.example/news/%d?utm_source=rss</link><guid isPermaLink="false">feed%d-%d</guid>`+
				`<pubDate>%s</pubDate><dc:creator>Desk %d</dc:creator><category>world</category><description>%s</description>`,
				html.EscapeString(title), i, j, i, j, at.Format(time.RFC1123Z), i%7, html.EscapeString(summary))
			if w.full {
				fmt.Fprintf(&b, `<content:encoded><![CDATA[<figure><img src="https://feed%d.example/%d.jpg" alt=""/></figure><p>%s</p><p><a href="https://feed%d.example/">More news</a></p>]]></content:encoded>`,
					i, j, strings.Join(paragraphs, "</p>\n<p>"), i)
			}
			b.WriteString("</item>\n")
		}
		b.WriteString("</channel></rss>\n")
		out[i] = b.Bytes()
	}
	return out
}

// text is an item's title and paragraphs.
func (w *farmWriter) text(feed, item int) (string, []string) {
	if chance := newChance(feed, item, 1); chance.of(5) == 0 {
		feed = (feed/10*10 + (feed+1)%10) % w.feeds // another of its ten
	}
	tongue := farmTongues[max(feed%10-5, 0)/2%len(farmTongues)]
	c := newChance(feed, item, 2)
	var title string
	var ps []string
	switch about := c.of(20); {
	case about < 2:
		title, ps = tongue.talks(c, w.event(c))
	case about == 2: // a series
		title = fmt.Sprintf(tongue.series, 100+item, tongue.cities[feed%len(tongue.cities)])
		ps = append(ps, title+". "+tongue.sentence(c, 10))
	case about == 3: // speaks of the talks beside its own subject
		title = tongue.sentence(c, 8+c.of(4))
		ps = append(ps, tongue.sentence(c, 14+c.of(8))+" "+tongue.aside)
	default:
		title = tongue.sentence(c, 8+c.of(4))
		ps = append(ps, tongue.sentence(c, 14+c.of(8))+" "+tongue.sentence(c, 12+c.of(8)))
	}
	if w.full {
		for range 6 {
			var b strings.Builder
			for range 4 {
				b.WriteString(tongue.sentence(c, 10+c.of(14)) + " ")
			}
			ps = append(ps, strings.TrimSpace(b.String()))
		}
	}
	return strings.TrimSuffix(title, "."), ps
}

// event draws what an item about the talks reports: five reports an event on the
// whole, hundreds of the greatest and one of most.
func (w *farmWriter) event(c *chance) *chance {
	events := max(w.feeds*w.items/50, 1)
	at := float64(c.of(1<<20)) / (1 << 20)
	return newChance(w.era*events+int(float64(events)*at*at), 3)
}

// chance is a row of numbers that is the same on every run.
type chance uint64

func newChance(parts ...int) *chance {
	c := chance(0x9E3779B97F4A7C15)
	for _, p := range parts {
		c = (c ^ chance(p+1)) * 0xBF58476D1CE4E5B9
		c ^= c >> 29
	}
	return &c
}

func (c *chance) of(n int) int {
	*c ^= *c << 13
	*c ^= *c >> 7
	*c ^= *c << 17
	return int(uint64(*c) >> 11 % uint64(n))
}

// tongue is a language of the farm.
type tongue struct {
	words, cities, who, acts, matters, fronts []string
	talk, said, aside, series                 string
}

// talks is a report of an event: the event's facts in words of the report's own.
func (t *tongue) talks(c, event *chance) (title string, paragraphs []string) {
	draw := func(of []string) string { return of[event.of(len(of))] }
	who, act, matter, city, front := draw(t.who), draw(t.acts), draw(t.matters), draw(t.cities), draw(t.fronts)
	days := 2 + event.of(120)
	title = fmt.Sprintf(t.talk, who, act, matter, city) + ": " + strings.TrimSuffix(t.sentence(c, 4), ".")
	return title, []string{fmt.Sprintf(t.said, who, city, act, matter, days, front) + " " + t.sentence(event, 9) + " " + t.sentence(c, 12)}
}

// sentence draws words so that few are frequent, and makes every sixth a name of its own.
func (t *tongue) sentence(c *chance, n int) string {
	var b strings.Builder
	for i := range n {
		word := t.words[min(c.of(len(t.words)), c.of(len(t.words)))]
		if i%6 == 4 {
			a, z := t.words[c.of(len(t.words))], t.words[c.of(len(t.words))]
			word = farmTitle(cut(a, 3) + cut(z, 4))
		}
		if i == 0 {
			word = farmTitle(word)
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String() + "."
}

func cut(s string, letters int) string {
	r := []rune(s)
	return string(r[:min(len(r), letters)])
}

func farmTitle(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

var farmTongues = []*tongue{{
	words: strings.Fields(`the of to and in a for on that said with is was at by as from it be has an have are will its after not but
who this which their more were one about would had been he they new year two over first up government people police last also
court minister city country local week against city company state former when out against president according official three
market price election river bridge school hospital fire flood storm worker union strike bank loan budget tax vote party leader
council plan road train airport ferry museum festival team match season player coach film music book author science climate
energy gas oil power water food farm harvest grain wheat trade export port ship border army village region district family child
doctor nurse patient health virus teacher student lawyer judge prison trial witness report study research expert technology phone`),
	cities:  strings.Fields("Istanbul Geneva Jeddah Paris Riyadh Ankara Minsk Vienna Doha London Warsaw Budapest"),
	who:     []string{"Ukraine and Russia", "Kyiv and Moscow", "Zelensky and Putin", "Lavrov", "Umerov", "Witkoff", "Erdogan", "The Kremlin", "Ukraine's negotiators", "European leaders"},
	acts:    strings.Fields("discuss reject agree accept postpone prepare propose extend sign deny announce violate"),
	matters: []string{"a ceasefire", "an energy truce", "a prisoner exchange", "a Black Sea truce", "security guarantees", "a peace plan", "an Easter truce", "a humanitarian corridor", "a summit on the truce"},
	fronts:  strings.Fields("Sumy Kherson Odesa Kharkiv Zaporizhzhia Donetsk Pokrovsk Kupiansk Mykolaiv Luhansk"),
	talk:    "%s %s %s in %s", said: "A spokesman for %s said in %s that they %s %s of %d days near %s in the talks of Ukraine and Russia.",
	aside: "The war in Ukraine goes on, and Russia has not agreed to a ceasefire.", series: "Air raid alert %d is over in %s",
}, {
	words: strings.Fields(`и в не на что с по как из за к его для это от было год также все при время после более уже или быть который
человек город страна власть суд министр полиция школа больница рынок цена выборы река мост пожар завод рабочий банк бюджет налог
партия лидер план дорога поезд аэропорт музей фестиваль команда матч сезон игрок тренер фильм музыка книга наука климат энергия
газ нефть вода хлеб урожай зерно торговля экспорт порт корабль граница деревня район семья ребенок врач здоровье учитель студент`),
	cities:  strings.Fields("Стамбуле Женеве Джидде Париже Эр-Рияде Анкаре Минске Вене Дохе Лондоне Варшаве Будапеште"),
	who:     []string{"Украина и Россия", "Киев и Москва", "Зеленский и Путин", "Лавров", "Умеров", "Уиткофф", "Эрдоган", "Кремль", "Переговорщики Украины", "Лидеры Европы"},
	acts:    strings.Fields("обсуждают отвергают согласовали принимают откладывают готовят предлагают продлевают подписали отрицают объявляют нарушают"),
	matters: []string{"прекращение огня", "энергетическое перемирие", "обмен пленными", "перемирие в Чёрном море", "гарантии безопасности", "мирный план", "пасхальное перемирие", "гуманитарный коридор", "саммит о перемирии"},
	fronts:  strings.Fields("Сумами Херсоном Одессой Харьковом Запорожьем Донецком Покровском Купянском Николаевом Луганском"),
	talk:    "%s %s %s в %s", said: "Представитель %s сообщил в %s, что стороны %s %s на %d дней под %s на переговорах Украины и России.",
	aside: "Война в Украине продолжается, и Россия не согласилась на прекращение огня.", series: "Отбой воздушной тревоги %d в %s",
}, {
	words: strings.Fields(`і в не на що з по як із за до його для це від було рік також усі під час після більше вже або бути який
людина місто країна влада суд міністр поліція школа лікарня ринок ціна вибори річка міст пожежа завод робітник банк бюджет податок
партія лідер план дорога потяг аеропорт музей фестиваль команда матч сезон гравець тренер фільм музика книга наука клімат енергія
газ нафта вода хліб врожай зерно торгівля експорт порт корабель кордон село район родина дитина лікар здоровʼя вчитель студент`),
	cities:  strings.Fields("Стамбулі Женеві Джидді Парижі Ер-Ріяді Анкарі Мінську Відні Досі Лондоні Варшаві Будапешті"),
	who:     []string{"Україна та Росія", "Київ і Москва", "Зеленський і Путін", "Лавров", "Умєров", "Віткофф", "Ердоган", "Кремль", "Переговорники України", "Лідери Європи"},
	acts:    strings.Fields("обговорюють відкидають погодили приймають відкладають готують пропонують продовжують підписали заперечують оголошують порушують"),
	matters: []string{"припинення вогню", "енергетичне перемирʼя", "обмін полоненими", "перемирʼя в Чорному морі", "гарантії безпеки", "мирний план", "великоднє перемирʼя", "гуманітарний коридор", "саміт про перемирʼя"},
	fronts:  strings.Fields("Сумами Херсоном Одесою Харковом Запоріжжям Донецьком Покровськом Купʼянськом Миколаєвом Луганськом"),
	talk:    "%s %s %s у %s", said: "Речник %s повідомив у %s, що сторони %s %s на %d днів під %s на переговорах України та Росії.",
	aside: "Війна в Україні триває, і Росія не погодилася на припинення вогню.", series: "Відбій повітряної тривоги %d у %s",
}}
