package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// BackfillCmd imports history.
type BackfillCmd struct {
	Sources []string `arg:"" type:"existingpath" help:"JSON Lines files (.jsonl) and directories of text or HTML files."`
	Since   timeFlag `placeholder:"DATE" help:"Take only entries published at or after it (2025-03-01, or RFC 3339)."`
	Until   timeFlag `placeholder:"DATE" help:"Take only entries published before it."`
	Limit   int64    `help:"Stop after that many entries of each source."`
	DryRun  bool     `help:"Read the sources, say what would be imported, and write nothing."`
	Feed    string   `placeholder:"NAME" help:"Feed that entries without one belong to. Default: the source's own name."`
}

func (*BackfillCmd) Help() string {
	return `Imports what happened before, so that a first digest knows what is old. Nothing imported is
ever told. A run that was stopped goes on where it stopped when it is started again; one that
ended reads everything again and adds only what is new. It works beside a running daemon.

A JSON Lines file holds one entry a line, with the fields guid, url, title, summary, content,
published (RFC 3339 or any date a feed may use), lang and feed (a name or URL from the
configuration, or a name of its own). Files of a directory are one entry each.`
}

// importChunk is how many entries one transaction takes at most.
const importChunk = 64

func (c *BackfillCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.dryRun(e)
	}
	st, err := openStore(e.ctx, cfg)
	if err != nil {
		return err
	}
	defer st.Close()
	a, err := newApp(e, cfg, st, options{})
	if err != nil {
		return err
	}
	defer a.client.Close()
	failed := false
	var sum summary
	for _, path := range c.Sources {
		one, err := c.importSource(e, a, path)
		sum.add(one)
		if e.ctx.Err() != nil {
			fmt.Fprintf(e.stderr, "Stopped; run the same command again to go on.\n%s\n", sum)
			return e.ctx.Err()
		}
		if err != nil {
			failed = true
			fmt.Fprintf(e.stderr, "%s: %v\n", path, err)
		}
	}
	fmt.Fprintf(e.stdout, "%s\n", sum)
	if failed {
		return errFailed
	}
	return nil
}

// summary counts what an import did.
type summary struct {
	read, skipped, known, revised int64
	bad                           int64
	tally                         news.Tally
}

func (s *summary) add(o summary) {
	s.read += o.read
	s.skipped += o.skipped
	s.known += o.known
	s.revised += o.revised
	s.bad += o.bad
	s.tally.Add(o.tally)
}

func (s summary) String() string {
	out := fmt.Sprintf("%d entries read, %d known already, %d revised; %d judged: %d new, %d updates, %d duplicates; %d about the talks, %d mention them; %d developments",
		s.read, s.known, s.revised, s.tally.Judged, s.tally.New, s.tally.Update, s.tally.Duplicate, s.tally.Main, s.tally.Mention, s.tally.Stories)
	if s.skipped > 0 {
		out += fmt.Sprintf("; %d outside the window", s.skipped)
	}
	if s.bad > 0 {
		out += fmt.Sprintf("; %d unreadable", s.bad)
	}
	return out
}

// importSource imports one source from where a former run stopped.
func (c *BackfillCmd) importSource(e *env, a *app, path string) (sum summary, err error) {
	src, err := openSource(path, c.Feed)
	if err != nil {
		return sum, err
	}
	defer src.Close()
	name, err := filepath.Abs(path)
	if err != nil {
		return sum, err
	}
	version := fmt.Sprintf("%s since=%s until=%s limit=%d", src.Version(), c.Since.Time, c.Until.Time, c.Limit)
	done, err := a.store.ImportPosition(e.ctx, name, version)
	if err != nil {
		return sum, err
	}
	if done > 0 {
		fmt.Fprintf(e.stderr, "%s: going on after %d entries\n", path, done)
	}
	// What a former run stored and did not judge comes first, so that a run that was
	// stopped decides as one that was not.
	t, err := a.monitor.Process(e.ctx, a.now())
	sum.tally.Add(t)
	if err != nil {
		return sum, err
	}
	p := newProgress(e, filepath.Base(path), src.Size())
	defer p.finish()
	for position, ended := int64(0), false; !ended; {
		chunk := make([]news.ImportEntry, 0, importChunk)
		start := position
		for len(chunk) < importChunk {
			en, err := src.Next()
			if errors.Is(err, io.EOF) || c.Limit > 0 && position >= c.Limit {
				ended = true
				break
			}
			position++
			var bad *badEntry
			switch {
			case errors.As(err, &bad):
				sum.bad++
				if sum.bad <= 10 {
					fmt.Fprintf(e.stderr, "%s: %v\n", path, bad)
				}
				en = nil
			case err != nil:
				return sum, err
			}
			if position <= done {
				start = position
				continue
			}
			if en != nil {
				sum.read++
				if !c.wanted(en.Published) {
					sum.skipped++
					en = nil
				}
			}
			if en == nil {
				en = &news.ImportEntry{} // keeps the position; never stored
			}
			chunk = append(chunk, *en)
		}
		if err := c.store(e.ctx, a, name, version, start, chunk, &sum); err != nil {
			return sum, err
		}
		p.at(src.Offset(), sum)
	}
	if err := a.store.FinishImport(e.ctx, name, a.now()); err != nil {
		return sum, err
	}
	if sum.bad > 0 {
		return sum, fmt.Errorf("%d entries could not be read; the rest is imported", sum.bad)
	}
	return sum, nil
}

func (c *BackfillCmd) wanted(published time.Time) bool {
	if !c.Since.IsZero() && (published.IsZero() || published.Before(c.Since.Time)) {
		return false
	}
	return c.Until.IsZero() || !published.IsZero() && published.Before(c.Until.Time)
}

// store imports and judges one chunk. While a daemon runs it pauses for as long as
// it held the database, so that the daemon never starves.
func (c *BackfillCmd) store(ctx context.Context, a *app, name, version string, start int64, chunk []news.ImportEntry, sum *summary) error {
	for len(chunk) > 0 {
		began := time.Now()
		n, ov, err := a.store.Import(ctx, news.Import{Source: name, Version: version, Start: start, Entries: chunk}, a.now(), a.cfg.Poll.HistoryBefore)
		if err != nil {
			return err
		}
		sum.known += int64(ov.Known)
		sum.revised += int64(ov.Revised)
		chunk, start = chunk[n:], start+int64(n)
		t, err := a.monitor.Process(ctx, a.now())
		sum.tally.Add(t)
		if err != nil {
			return err
		}
		if store.DaemonRuns(a.store.Path()) {
			if err := pause(ctx, time.Since(began)); err != nil {
				return err
			}
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// dryRun reads the sources and says what they hold.
func (c *BackfillCmd) dryRun(e *env) error {
	failed := false
	for _, path := range c.Sources {
		if err := c.describe(e, path); err != nil {
			failed = true
			fmt.Fprintf(e.stderr, "%s: %v\n", path, err)
		}
	}
	if failed {
		return errFailed
	}
	return nil
}

func (c *BackfillCmd) describe(e *env, path string) error {
	src, err := openSource(path, c.Feed)
	if err != nil {
		return err
	}
	defer src.Close()
	var read, wanted, undated, bad int64
	var first, last time.Time
	feeds := map[string]bool{}
	for e.ctx.Err() == nil && (c.Limit == 0 || read < c.Limit) {
		en, err := src.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		read++
		if b := (*badEntry)(nil); errors.As(err, &b) {
			bad++
			continue
		} else if err != nil {
			return err
		}
		if !c.wanted(en.Published) {
			continue
		}
		wanted++
		feeds[en.Feed] = true
		if p := en.Published; p.IsZero() {
			undated++
		} else {
			if first.IsZero() || p.Before(first) {
				first = p
			}
			if p.After(last) {
				last = p
			}
		}
	}
	fmt.Fprintf(e.stdout, "%s: %d entries, %d to import from %d feeds", path, read, wanted, len(feeds))
	if !first.IsZero() {
		fmt.Fprintf(e.stdout, ", published %s to %s", first.Format(time.DateOnly), last.Format(time.DateOnly))
	}
	fmt.Fprintf(e.stdout, ", %d without a date, %d unreadable; nothing was written\n", undated, bad)
	return e.ctx.Err()
}

// progress shows how far an import has come: a bar on a terminal, else a line
// every ten seconds.
type progress struct {
	e     *env
	name  string
	size  int64
	bar   *progressbar.ProgressBar
	began time.Time
	said  time.Time
}

const progressEvery = 10 * time.Second

func newProgress(e *env, name string, size int64) *progress {
	p := &progress{e: e, name: name, size: size, began: time.Now(), said: time.Now()}
	if terminalWidth(e.stderr) > 0 {
		p.bar = progressbar.NewOptions64(size, progressbar.OptionSetWriter(e.stderr), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription(name), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

func (p *progress) at(offset int64, s summary) {
	rate := float64(s.read) / max(time.Since(p.began).Seconds(), .001)
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%s: %d read, %d about the talks, %.0f/s", p.name, s.read, s.tally.Main, rate))
		_ = p.bar.Set64(offset) // only drawing
		return
	}
	if time.Since(p.said) < progressEvery {
		return
	}
	p.said = time.Now()
	left := ""
	if offset > 0 && p.size > offset {
		d := time.Duration(float64(time.Since(p.began)) * float64(p.size-offset) / float64(offset))
		left = ", about " + d.Round(time.Second).String() + " left"
	}
	fmt.Fprintf(p.e.stderr, "%s: %s (%.0f/s%s)\n", p.name, s, rate, left)
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish() // only drawing
	}
}

// timeFlag is a date or an RFC 3339 time on the command line, in UTC.
type timeFlag struct{ time.Time }

// UnmarshalText reads a date (its midnight in UTC) or an RFC 3339 time.
func (t *timeFlag) UnmarshalText(b []byte) error {
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04"} {
		if v, err := time.Parse(layout, string(b)); err == nil {
			t.Time = v.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q is no date; write 2025-03-01 or 2025-03-01T08:00:00Z", b)
}
