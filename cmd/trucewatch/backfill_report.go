package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"trucewatch/internal/news"
	"trucewatch/notify"
	"trucewatch/store"
)

// summary counts what an import did.
type summary struct {
	read, skipped, otherFeed, known, revised int64
	bad, undated                             int64
	tally                                    news.Tally
}

func (s *summary) add(o summary) {
	s.read += o.read
	s.skipped += o.skipped
	s.otherFeed += o.otherFeed
	s.known += o.known
	s.revised += o.revised
	s.bad += o.bad
	s.undated += o.undated
	s.tally.Add(o.tally)
}

// counted is one line of a summary.
type counted struct {
	n         int64
	one, many string
}

// counts are what is said of an import: what there was always, and whatever else there
// was of.
func (s summary) counts() []counted {
	t := s.tally
	out := []counted{
		{s.read, "entry read", "entries read"},
		{int64(t.New), "new", "new"},
		{int64(t.Update), "update", "updates"},
		{int64(t.Duplicate), "duplicate", "duplicates"},
		{int64(t.Main), "about the talks", "about the talks"},
		{int64(t.Mention), "mentioning them", "mentioning them"},
	}
	for _, c := range []counted{
		{s.known, "known already", "known already"},
		{s.revised, "known already with another text, judged again", "known already with another text, judged again"},
		{s.skipped, "outside the window", "outside the window"},
		{s.otherFeed, "of other feeds", "of other feeds"},
		{s.undated, "without a date that can be read, taken for today's", "without a date that can be read, taken for today's"},
		{s.bad, "unreadable", "unreadable"},
	} {
		if c.n > 0 {
			out = append(out, c)
		}
	}
	return out
}

// String is a summary in one line.
func (s summary) String() string {
	var parts []string
	for _, c := range s.counts() {
		parts = append(parts, plural(c.n, c.one, c.many))
	}
	return strings.Join(parts, ", ")
}

// Lines are a summary in a line for each count, one below the other.
func (s summary) Lines() string {
	var b strings.Builder
	for _, c := range s.counts() {
		b.WriteString(s.line(c))
	}
	return b.String()
}

// line is a count with those of the summary above it.
func (s summary) line(c counted) string {
	label := c.many
	if c.n == 1 {
		label = c.one
	}
	return fmt.Sprintf("  %*d %s\n", max(len(fmt.Sprint(s.read)), 4), c.n, label)
}

// plural counts in words.
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// finish rebuilds the developments of the history and offers three of its days to
// look at: whether what they show is right is for the reader to judge.
func (im *importer) finish(ctx context.Context, sum summary) error {
	r, err := im.rebuild(ctx)
	if err != nil {
		return fmt.Errorf("developments in the order of their news: %w", err)
	}
	if r.From.IsZero() {
		return nil
	}
	of := fmt.Sprintf(", put together in the order of their news from %s and what repeats them", plural(int64(r.Units), "report", "reports"))
	fmt.Fprint(im.env.stdout, sum.line(counted{int64(r.Stories), "development" + of, "developments" + of}))
	days, err := im.daysToSee(ctx, r)
	if err != nil || len(days) == 0 {
		return err
	}
	fmt.Fprintln(im.env.stdout, "See what a digest would have said then:")
	for _, d := range days {
		fmt.Fprintf(im.env.stdout, "  %s digest --since %s --until %s\n", im.env.invocation(), d.Format(time.DateOnly), d.AddDate(0, 0, 1).Format(time.DateOnly))
	}
	return nil
}

// daysToSee are three of the days on which most developments began, of those of which the
// digest that is looked at tells any: comment alone makes none.
func (im *importer) daysToSee(ctx context.Context, r store.Rebuilt) ([]time.Time, error) {
	spec, err := (&DigestCmd{}).pick(im.app.cfg.DigestSpecs(true))
	if err != nil {
		return nil, err
	}
	days, err := im.app.store.BusiestDays(ctx, r.From, r.To, daysTried, spec.Zone)
	if err != nil {
		return nil, err
	}
	var out []time.Time
	for _, d := range days {
		ed, err := im.app.store.Preview(ctx, spec, d, d.AddDate(0, 0, 1))
		if err != nil {
			return nil, err
		}
		if told, _ := notify.Compose(asIfLive(ed, im.now, im.now)); told.Kind == "digest" && len(out) < 3 {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out, nil
}

// daysTried bounds the days whose digest is composed to find three to offer.
const daysTried = 12

// plainWord is what a shell takes as it is.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+-]+$`)

// invocation is how the program was called, with the configuration it was given, for a
// command that a person copies.
func (e *env) invocation() string {
	name := os.Args[0]
	if filepath.Base(name) != "trucewatch" {
		name = "trucewatch"
	}
	words := []string{name}
	if e.cli.Config != "" {
		words = append(words, "-c", e.cli.Config)
	}
	for i, w := range words {
		if !plainWord.MatchString(w) {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
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

// note says what a source has to say of itself.
func note(e *env, o origin, src source) {
	if n, ok := src.(interface{ Note() string }); ok && n.Note() != "" {
		fmt.Fprintf(e.stderr, "%s: %s\n", o.label, n.Note())
	}
}

func (c *BackfillCmd) describe(e *env, o origin) error {
	src, err := o.open(e.ctx, "")
	if err != nil {
		return err
	}
	defer src.Close()
	note(e, o, src)
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
	fmt.Fprintf(e.stdout, "%s: %s, %d to import from %s", o.label, plural(read, "entry", "entries"), wanted, plural(int64(len(feeds)), "feed", "feeds"))
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

const (
	progressEvery = 10 * time.Second       // a line
	drawEvery     = 200 * time.Millisecond // the bar
)

func newProgress(e *env, name string) *progress {
	p := &progress{e: e, name: name, began: time.Now(), said: time.Now()}
	if terminalWidth(e.stderr) > 0 {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription(name),
			progressbar.OptionThrottle(drawEvery), progressbar.OptionClearOnFinish())
	}
	return p
}

// at shows that done of total is read; nobody knows the total when it is 0.
func (p *progress) at(done, total int64, s summary) {
	if !p.moved {
		p.moved, p.from = true, done
	}
	rate := fmt.Sprintf("%.0f/s", float64(s.read)/max(time.Since(p.began).Seconds(), .001))
	if total > done && done > p.from {
		d := time.Duration(float64(time.Since(p.began)) * float64(total-done) / float64(done-p.from))
		rate += ", about " + d.Round(time.Second).String() + " left"
	}
	if p.bar != nil {
		if total > 0 && p.bar.GetMax64() != total {
			p.bar.ChangeMax64(total)
		}
		p.bar.Describe(fmt.Sprintf("%s: %d read, %d about the talks, %s", p.name, s.read, s.tally.Main, rate))
		_ = p.bar.Set64(done) // only drawing
		return
	}
	if p.due(progressEvery) {
		fmt.Fprintf(p.e.stderr, "%s: %s (%s)\n", p.name, s, rate)
	}
}

// due reports whether it is time to show something again.
func (p *progress) due(every time.Duration) bool {
	if time.Since(p.said) < every {
		return false
	}
	p.said = time.Now()
	return true
}

// reports shows how many reports are put together.
func (p *progress) reports(n int) {
	switch {
	case p.bar == nil && p.due(progressEvery):
		fmt.Fprintf(p.e.stderr, "%s: %s put together\n", p.name, plural(int64(n), "report", "reports"))
	case p.bar != nil && p.due(drawEvery):
		p.bar.Describe(fmt.Sprintf("%s: %s put together", p.name, plural(int64(n), "report", "reports")))
		_ = p.bar.Set64(int64(n)) // only drawing
	}
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish() // only drawing
	}
}
