package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"trucewatch/internal/news"
)

// summary counts what an import did.
type summary struct {
	read, skipped, otherFeed, known, revised int64
	bad                                      int64
	tally                                    news.Tally
}

func (s *summary) add(o summary) {
	s.read += o.read
	s.skipped += o.skipped
	s.otherFeed += o.otherFeed
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
	if s.otherFeed > 0 {
		out += fmt.Sprintf("; %d of other feeds", s.otherFeed)
	}
	if s.bad > 0 {
		out += fmt.Sprintf("; %d unreadable", s.bad)
	}
	return out
}

// finish rebuilds the developments of the history and offers three of its days to
// look at: whether what they show is right is for the reader to judge.
func (im *importer) finish(ctx context.Context) error {
	r, err := im.rebuild(ctx)
	if err != nil {
		return fmt.Errorf("developments in the order of their news: %w", err)
	}
	if r.From.IsZero() {
		return nil
	}
	fmt.Fprintf(im.env.stdout, "Developments are in the order of their news: %d made of %d reports and what repeats them.\n", r.Stories, r.Units)
	days, err := im.app.store.BusiestDays(ctx, r.From, r.To, 3)
	if err != nil || len(days) == 0 {
		return err
	}
	fmt.Fprintln(im.env.stdout, "See what a digest would have said then:")
	for _, d := range days {
		fmt.Fprintf(im.env.stdout, "  trucewatch digest --since %s --until %s\n", d.Format(time.DateOnly), d.AddDate(0, 0, 1).Format(time.DateOnly))
	}
	return nil
}

// dryRun reads the sources and says what they hold.
func (c *BackfillCmd) dryRun(e *env, origins []origin) error {
	failed := false
	for _, o := range origins {
		if err := c.describe(e, o); err != nil {
			failed = true
			fmt.Fprintf(e.stderr, "%s: %v\n", o.label, err)
		}
	}
	if failed {
		return errFailed
	}
	return nil
}

func (c *BackfillCmd) describe(e *env, o origin) error {
	src, err := o.open(e.ctx, "")
	if err != nil {
		return err
	}
	defer src.Close()
	var read, wanted, undated, bad int64
	var first, last time.Time
	feeds := map[string]bool{}
	var failure error
	for c.Limit == 0 || read < c.Limit {
		en, err := src.Next(e.ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		_, isBad := errors.AsType[*badEntry](err)
		if err != nil && !isBad {
			failure = err
			break
		}
		read++
		if isBad {
			bad++
			continue
		}
		if !c.wanted(en.Published) || !c.wantedFeed(en.Feed) {
			continue
		}
		wanted++
		if len(feeds) < feedsKept {
			feeds[en.Feed] = true
		}
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
	fmt.Fprintf(e.stdout, "%s: %d entries, %d to import from %d feeds", o.label, read, wanted, len(feeds))
	if !first.IsZero() {
		fmt.Fprintf(e.stdout, ", published %s to %s", first.Format(time.DateOnly), last.Format(time.DateOnly))
	}
	fmt.Fprintf(e.stdout, ", %d without a date, %d unreadable; nothing was written\n", undated, bad)
	if failure == nil {
		failure = context.Cause(e.ctx)
	}
	return failure
}

// progress shows how far an import has come: a bar on a terminal, else a line
// every ten seconds.
type progress struct {
	e     *env
	name  string
	bar   *progressbar.ProgressBar
	began time.Time
	said  time.Time
	from  int64 // where this run began, of the whole
	moved bool
}

const progressEvery = 10 * time.Second

func newProgress(e *env, name string) *progress {
	p := &progress{e: e, name: name, began: time.Now(), said: time.Now()}
	if terminalWidth(e.stderr) > 0 {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription(name),
			progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

// at shows that done of total is read; nobody knows the total when it is 0.
func (p *progress) at(done, total int64, s summary) {
	if !p.moved {
		p.moved, p.from = true, done
	}
	rate := float64(s.read) / max(time.Since(p.began).Seconds(), .001)
	left := ""
	if total > done && done > p.from {
		d := time.Duration(float64(time.Since(p.began)) * float64(total-done) / float64(done-p.from))
		left = ", about " + d.Round(time.Second).String() + " left"
	}
	if p.bar != nil {
		if total > 0 && p.bar.GetMax64() != total {
			p.bar.ChangeMax64(total)
		}
		p.bar.Describe(fmt.Sprintf("%s: %d read, %d about the talks, %.0f/s%s", p.name, s.read, s.tally.Main, rate, left))
		_ = p.bar.Set64(done) // only drawing
		return
	}
	if time.Since(p.said) < progressEvery {
		return
	}
	p.said = time.Now()
	fmt.Fprintf(p.e.stderr, "%s: %s (%.0f/s%s)\n", p.name, s, rate, left)
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish() // only drawing
	}
}
