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

// benchEntries writes n entries as JSON Lines: one in ten about the talks, one in
// seven a copy of an earlier one under another address, eighteen feeds, a year and
// a half of hours.
func benchEntries(w io.Writer, n int) error {
	buf := bufio.NewWriter(w)
	enc := json.NewEncoder(buf)
	for i := range n {
		src := i
		if i > 100 && i%7 == 0 {
			src = i - 1 - i%89
		}
		seed := uint64(src)*0x9E3779B97F4A7C15 + 1
		draw := func(k int) int {
			seed ^= seed << 13
			seed ^= seed >> 7
			seed ^= seed << 17
			return int(seed % uint64(k))
		}
		sentence := func(words int) string {
			var b strings.Builder
			for range words {
				fmt.Fprintf(&b, "%s%c%c ", benchWords[draw(len(benchWords))], 'a'+draw(26), 'a'+draw(26))
			}
			return b.String()
		}
		title, summary := "The "+sentence(6), "A "+sentence(18)+fmt.Sprintf("of %d. ", draw(5000))+"It "+sentence(12)+"."
		if src%10 == 3 {
			cities := [...]string{"Istanbul", "Geneva", "Jeddah", "Abu Dhabi", "Paris", "Riyadh", "Ankara"}
			title = fmt.Sprintf("Ukraine and Russia discuss a %d-day ceasefire in %s: %s", 3+draw(90), cities[draw(7)], sentence(3))
			summary = fmt.Sprintf("Delegations of Ukraine and Russia met to discuss a truce, a Kremlin spokesman said, after %d %s. %s", draw(400), sentence(4), summary)
		}
		err := enc.Encode(map[string]string{
			"guid": fmt.Sprint("bench-", i), "url": fmt.Sprintf("https://feed%d.example/%d", i%18, i), "title": title, "summary": summary,
			"published": time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 13140 * time.Hour / time.Duration(n)).Format(time.RFC3339),
			"lang":      "en", "feed": fmt.Sprint("Feed ", i%18),
		})
		if err != nil {
			return err
		}
	}
	return buf.Flush()
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
