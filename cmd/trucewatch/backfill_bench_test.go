package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// benchWords are what the benchmark's articles are made of; each is drawn with an
// inflection of its own, so that texts are as unlike as real ones.
var benchWords = strings.Fields(`harvest market council bridge river school hospital price budget minister court
ferry island museum railway engine factory worker union strike winter flood forest fire village city border port
captain doctor teacher lawyer witness report figure season award festival concert painter author library harbour
election candidate party vote law tax pension wage company bank loan debt profit share price energy gas oil wind`)

// benchEvents are what its talks are about; an event has one of each, a number and
// words of its own.
var benchEvents = [5][]string{
	strings.Fields("Istanbul Geneva Jeddah Paris Riyadh Ankara Minsk Vienna Doha London Warsaw Budapest"),
	{"Ukraine and Russia", "Kyiv and Moscow", "Zelensky and Putin", "Lavrov", "Umerov", "Witkoff", "Erdogan", "the Kremlin", "Ukraine's negotiators", "European leaders"},
	{"discuss", "reject", "agree on", "postpone", "prepare", "propose", "break off", "extend", "sign", "deny"},
	{"a ceasefire", "an energy truce", "a prisoner exchange", "a Black Sea truce", "security guarantees", "a peace plan", "an Easter truce", "a humanitarian corridor", "a summit on the truce"},
	{"Sumy", "Kherson", "Odesa", "Kharkiv", "Zaporizhzhia", "Donetsk", "Pokrovsk", "Kupiansk", "Mykolaiv", "Luhansk"},
}

// benchEntries writes n entries as JSON Lines, 2,000 a day: one in ten about the
// talks, of events with about five reports each; one in seven a copy of an earlier
// one under another address; eighteen feeds.
func benchEntries(w io.Writer, n int) error {
	buf := bufio.NewWriter(w)
	enc := json.NewEncoder(buf)
	for i := range n {
		src := i
		if i > 100 && i%7 == 0 {
			src = i - 1 - i%89
		}
		own, event := newDraw(src), newDraw(1<<40+src/50)
		title, summary := "The "+own.sentence(6), "A "+own.sentence(18)+fmt.Sprintf("of %d. ", own.n(5000))+"It "+own.sentence(12)+"."
		if src%10 == 3 {
			var p [len(benchEvents)]string
			for i, of := range benchEvents {
				p[i] = of[event.n(len(of))]
			}
			day, about := 3+event.n(90), event.sentence(5)
			title = fmt.Sprintf("%s %s %s for %s in %s: %s", p[1], p[2], p[3], p[4], p[0], own.sentence(2))
			summary = fmt.Sprintf("A spokesman for %s said in %s that %s for %d days near %s was at stake, %s. Ukraine and Russia %s. %s",
				p[1], p[0], p[3], day, p[4], about, own.sentence(4), summary)
		}
		err := enc.Encode(map[string]string{
			"guid": fmt.Sprint("bench-", i), "url": fmt.Sprintf("https://feed%d.example/%d", i%18, i), "title": title, "summary": summary,
			"published": time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * (24 * time.Hour / 2000)).Format(time.RFC3339),
			"lang":      "en", "feed": fmt.Sprint("Feed ", i%18),
		})
		if err != nil {
			return err
		}
	}
	return buf.Flush()
}

// draw is a generator of numbers that are the same on every run.
type draw uint64

func newDraw(seed int) *draw {
	d := draw(uint64(seed)*0x9E3779B97F4A7C15 + 1)
	for range 4 {
		d.n(1)
	}
	return &d
}

func (d *draw) n(k int) int {
	*d ^= *d << 13
	*d ^= *d >> 7
	*d ^= *d << 17
	return int(uint64(*d) % uint64(k))
}

func (d *draw) sentence(words int) string {
	var b strings.Builder
	for range words {
		fmt.Fprintf(&b, "%s%c%c ", benchWords[d.n(len(benchWords))], 'a'+d.n(26), 'a'+d.n(26))
	}
	return strings.TrimSpace(b.String())
}

// BenchmarkBackfill imports JSON Lines with everything on. It reports items a
// second of wall time and of processor time, and the memory the process holds.
func BenchmarkBackfill(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := b.TempDir()
			file := filepath.Join(dir, "items.jsonl")
			f, err := os.Create(file)
			if err != nil {
				b.Fatal(err)
			}
			if err := benchEntries(f, n); err != nil {
				b.Fatal(err)
			}
			if err := f.Close(); err != nil {
				b.Fatal(err)
			}
			config := filepath.Join(dir, "c.yaml")
			if err := os.WriteFile(config, []byte("database: t.db\nseeds: \"\"\n"), 0o600); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			for i := range b.N {
				b.StopTimer()
				for _, suffix := range []string{"", "-wal", "-shm"} {
					if err := os.Remove(filepath.Join(dir, "t.db"+suffix)); err != nil && !os.IsNotExist(err) {
						b.Fatal(err)
					}
				}
				before := processorTime(b)
				b.StartTimer()
				var out strings.Builder
				e := &env{ctx: b.Context(), cli: &CLI{Config: config}, getenv: func(string) string { return "" }, stdout: &out, stderr: io.Discard, log: slog.New(slog.DiscardHandler)}
				if err := (&BackfillCmd{Sources: []string{file}}).Run(e); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if i == 0 {
					b.Log(out.String())
				}
				cpu := processorTime(b) - before
				b.ReportMetric(float64(n)/cpu.Seconds(), "items/cpu-s")
				b.StartTimer()
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "items/s")
			b.ReportMetric(float64(residentKB(b))/1024, "peak-MB")
		})
	}
}

func processorTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// residentKB is the most memory the process has held, in KiB.
func residentKB(tb testing.TB) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return u.Maxrss
}
