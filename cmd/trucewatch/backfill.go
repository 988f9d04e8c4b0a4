package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"trucewatch/monitor"
	"trucewatch/store"
)

// BackfillCmd imports history.
type BackfillCmd struct {
	Sources  []string      `arg:"" optional:"" type:"existingpath" help:"JSON Lines files (.jsonl) and directories of text or HTML files."`
	Auto     []string      `sep:"none" placeholder:"FEED" help:"Find out what history a feed (name or URL) offers, say so, and read it once agreed to."`
	Archive  []string      `sep:"none" placeholder:"FEED" help:"Read a feed's own archive: linked pages (RFC 5005), ?paged=N or ?page=N."`
	Sitemap  []string      `sep:"none" placeholder:"URL" help:"Read a news sitemap or an index of sitemaps, packed or not."`
	Captures []string      `sep:"none" placeholder:"FEED" help:"Read what a web archive stored of a feed."`
	CDX      string        `name:"cdx" default:"${cdx}" placeholder:"URL" help:"The web archive's index of captures (default ${cdx})."`
	Pages    bool          `help:"Read the articles that a sitemap names, not only their titles."`
	Pace     time.Duration `default:"${pace}" placeholder:"TIME" help:"Time between two documents of one host (default ${pace}); more where robots.txt asks for it. Less only for servers of your own."`
	Yes      bool          `short:"y" help:"Read what --auto finds without asking."`
	Since    timeFlag      `placeholder:"DATE" help:"Take only entries published at or after it (2025-03-01, or RFC 3339)."`
	Until    timeFlag      `placeholder:"DATE" help:"Take only entries published before it."`
	Limit    int64         `placeholder:"N" help:"Stop after that many entries of each source."`
	Feeds    []string      `placeholder:"NAME" help:"Take only entries of these feeds (names or URLs)."`
	DryRun   bool          `help:"Read the sources, say what would be imported, and write nothing."`
	Feed     string        `placeholder:"NAME" help:"Feed that entries without one belong to. Default: the source's own name."`

	turns  *store.Store // that gives turns to ask hosts, if it is not the one that is written
	robots *monitor.Robots
	looked lookedAt
}

func (*BackfillCmd) Help() string {
	return `Imports what happened before, so that a first digest knows what is old. Nothing imported is
ever told. A run that was stopped goes on where it stopped when it is started again; one that
ended reads everything again and adds only what is new. It works beside a running daemon.

A JSON Lines file holds one entry a line, with the fields guid, url, title, summary, content,
published (RFC 3339 or any date a feed may use), lang and feed (a name or URL from the
configuration, or a name of its own). Files of a directory are one entry each.

On the web it reads one document of a host every two seconds at most, as robots.txt asks, and
waits when a server asks to. docs/backfill.md says more.

Examples:

  trucewatch backfill --dry-run archive.jsonl
  trucewatch backfill --since 2025-03-01 archive.jsonl
  trucewatch backfill --auto "https://wire.example/rss"`
}

func (c *BackfillCmd) Run(e *env) error {
	online := len(c.Auto)+len(c.Archive)+len(c.Sitemap)+len(c.Captures) > 0
	if len(c.Sources) == 0 && !online {
		return usageError{errors.New("backfill what? Name files or directories, or --auto FEED (see backfill --help)")}
	}
	if c.Pace < 0 || c.Limit < 0 {
		return usageError{errors.New("--pace and --limit: want nothing below zero")}
	}
	if !c.Since.IsZero() && !c.Until.IsZero() && !c.Since.Before(c.Until.Time) {
		return usageError{fmt.Errorf("--since %s is not before --until %s: nothing can be between them", c.Since.Format(time.RFC3339), c.Until.Format(time.RFC3339))}
	}
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	origins, err := c.fileOrigins()
	if err != nil {
		return err
	}
	if c.DryRun && !online {
		return c.dryRun(e, origins)
	}
	if c.DryRun {
		// Nothing may be written where it stays, and the sources need the program whole.
		dir, err := os.MkdirTemp("", "trucewatch-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if c.turns, err = store.OpenExisting(e.ctx, cfg.Database); err == nil {
			defer c.turns.Close()
		} else {
			c.turns = nil // none yet, so nobody to share with
		}
		cfg.Database = filepath.Join(dir, "dry-run.db")
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
	more, err := c.webOrigins(e, a)
	if err != nil {
		return err
	}
	origins = append(origins, more...)
	if c.DryRun {
		return c.dryRun(e, origins)
	}
	im := &importer{env: e, app: a, now: a.now(), feeds: feedCache{app: a}}
	var sum summary
	var failed []string
	for _, o := range origins {
		one, err := im.run(o, c)
		sum.add(one)
		if e.ctx.Err() != nil {
			fmt.Fprintf(e.stderr, "Stopped; run the same command again to go on.\n%s", sum.Lines())
			return e.ctx.Err()
		}
		if len(origins) > 1 {
			fmt.Fprintf(e.stdout, "%s: %s\n", o.label, one)
		}
		if err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", o.label, err))
		}
	}
	fmt.Fprintf(e.stdout, "Imported:\n%s", sum.Lines())
	if err := im.finish(e.ctx, sum); err != nil {
		return err
	}
	for _, f := range failed {
		fmt.Fprintf(e.stderr, "%s\n", f)
	}
	if len(failed) > 0 {
		return errFailed
	}
	return nil
}

// fileOrigins are the files and directories that the command line names.
func (c *BackfillCmd) fileOrigins() ([]origin, error) {
	var out []origin
	for _, path := range c.Sources {
		key, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		out = append(out, origin{label: path, key: key, open: func(_ context.Context, cursor string) (source, error) { return openFile(path, c.Feed, cursor) }})
	}
	return out, nil
}

// selection tells two runs apart that take different entries of one source.
func (c *BackfillCmd) selection() string {
	s := fmt.Sprintf("since=%d until=%d limit=%d", c.Since.Unix(), c.Until.Unix(), c.Limit)
	if len(c.Feeds) > 0 {
		s += " feeds=" + strings.Join(c.Feeds, ",")
	}
	return s
}

// wanted reports whether an entry of that time is inside the window.
func (c *BackfillCmd) wanted(published time.Time) bool {
	if !c.Since.IsZero() && (published.IsZero() || published.Before(c.Since.Time)) {
		return false
	}
	return c.Until.IsZero() || !published.IsZero() && published.Before(c.Until.Time)
}

// wantedFeed reports whether entries of a feed of that name and URL are asked for.
func (c *BackfillCmd) wantedFeed(names ...string) bool {
	return len(c.Feeds) == 0 || slices.ContainsFunc(names, func(n string) bool { return n != "" && slices.Contains(c.Feeds, n) })
}

// timeFlag is a date or an RFC 3339 time on the command line, in UTC.
type timeFlag struct {
	time.Time
	civil bool // it names no zone: UTC, unless a command has a zone of its own
}

// UnmarshalText reads a date (its midnight in UTC) or an RFC 3339 time.
func (t *timeFlag) UnmarshalText(b []byte) error {
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01-02T15:04"} {
		if v, err := time.Parse(layout, string(b)); err == nil {
			t.Time, t.civil = v.UTC(), layout != time.RFC3339
			return nil
		}
	}
	return fmt.Errorf("%q is no date; write 2025-03-01 or 2025-03-01T08:00:00Z", b)
}

// in is the time, read in a zone if it names none; zero when it was not given.
func (t timeFlag) in(zone *time.Location) time.Time {
	if t.IsZero() || !t.civil {
		return t.Time
	}
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, zone).UTC()
}
