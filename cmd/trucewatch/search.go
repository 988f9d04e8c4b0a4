package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// SearchCmd finds items by their words.
type SearchCmd struct {
	Words  []string `arg:"" optional:"" help:"Words that must all occur; \"a phrase\", begin*, OR, and -word (after --) for what must not. Without any the newest items are listed."`
	Topic  string   `placeholder:"NAME" help:"Only items about this topic, mainly or among others."`
	Stage  string   `placeholder:"STAGE" help:"Only items of this stage: signal, proposal, accept, reject, prep, talks, agreed, in_effect, violation, ended, analysis."`
	Place  string   `placeholder:"PLACE" help:"Only items about an arrangement in this place."`
	Side   string   `placeholder:"SIDE" help:"Only sources of this side: ukraine, russia, us, europe, mediator, un_ngo, independent."`
	Since  timeFlag `placeholder:"DATE" help:"Only items whose news time is at or after it."`
	Until  timeFlag `placeholder:"DATE" help:"Only items whose news time is before it."`
	Limit  int      `default:"20" help:"Show at most so many."`
	Format string   `enum:"text,json" default:"text" help:"text or json (one hit a line)."`
}

func (*SearchCmd) Help() string {
	return `Searches titles and texts of what is about the talks, the best match first. A word is found
whatever its case, and a Cyrillic one in its other endings too: перемирие finds перемирия.`
}

func (c *SearchCmd) Run(e *env) error {
	if c.Limit < 1 {
		return usageError{fmt.Errorf("--limit %d: want at least 1", c.Limit)}
	}
	_, st, err := e.openExisting()
	if err != nil {
		return err
	}
	defer st.Close()
	hits, total, err := st.Search(e.ctx, store.Search{
		Text: strings.Join(c.Words, " "), Topic: c.Topic, Stage: c.Stage, Place: strings.ToLower(c.Place), Side: c.Side,
		Since: c.Since.Time, Until: c.Until.Time, Limit: c.Limit,
	})
	if errors.Is(err, news.ErrNotFound) {
		return usageError{err}
	} else if err != nil {
		return err
	}
	if c.Format == "json" {
		return writeHits(e.stdout, hits)
	}
	mark := strings.NewReplacer(store.MarkOn, "", store.MarkOff, "")
	bold := func(s string) string { return s }
	if colour(e) {
		mark = strings.NewReplacer(store.MarkOn, "\x1b[1;33m", store.MarkOff, "\x1b[0m")
		bold = func(s string) string { return "\x1b[1m" + s + "\x1b[0m" }
	}
	for _, h := range hits {
		fmt.Fprintf(e.stdout, "%s\n", bold(printable(h.Title)))
		fmt.Fprintf(e.stdout, "  %s · %s · %s", newsTimeOf(h.Exported).Format("2006-01-02 15:04"), printable(h.Feed), h.Verdict)
		if stages := facet(h.Tags, "stage"); len(stages) > 0 {
			fmt.Fprintf(e.stdout, " · %s", strings.Join(stages, ", "))
		}
		fmt.Fprintf(e.stdout, " · item %d\n", h.ID)
		if h.Snippet != "" {
			fmt.Fprintf(e.stdout, "  %s\n", mark.Replace(printable(h.Snippet)))
		}
		if h.URL != "" {
			fmt.Fprintf(e.stdout, "  %s\n", printable(h.URL))
		}
	}
	if total > len(hits) {
		fmt.Fprintf(e.stdout, "%d of %d shown; --limit shows more\n", len(hits), total)
	} else {
		fmt.Fprintf(e.stdout, "%d found\n", total)
	}
	return nil
}

// writeHits writes hits as JSON Lines, without the marks.
func writeHits(w io.Writer, hits []store.Hit) error {
	enc := newLines(w)
	for _, h := range hits {
		h.Snippet = strings.NewReplacer(store.MarkOn, "", store.MarkOff, "").Replace(h.Snippet)
		if err := enc.Encode(h); err != nil {
			return err
		}
	}
	return nil
}

// printable is a publisher's text as a terminal may get it: on one line, without
// control characters but for the marks of a match.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case string(r) == store.MarkOn, string(r) == store.MarkOff:
			return r
		case r < ' ' || r >= 0x7f && r < 0xa0:
			return ' '
		}
		return r
	}, s)
}

// newsTimeOf is when an item counts as news.
func newsTimeOf(x news.Exported) time.Time {
	if x.Published == nil || x.Published.After(x.Seen) {
		return x.Seen
	}
	return *x.Published
}

// facet lists the values of a facet, each once.
func facet(tags []news.Tag, name string) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range tags {
		if t.Facet == name && !seen[t.Value] {
			seen[t.Value] = true
			out = append(out, t.Value)
		}
	}
	return out
}
