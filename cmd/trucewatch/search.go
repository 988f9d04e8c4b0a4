package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// SearchCmd finds items by their words.
type SearchCmd struct {
	Words  []string `arg:"" optional:"" help:"Words that must all occur; \"a phrase\", begin*, OR between two, NOT before what must not. Without any the newest items are listed."`
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
whatever its case and in its other endings: ceasefire finds ceasefires, перемирие перемирия,
перемир'я also перемирʼям and перемиря. A word in quotation marks is found as it is. OR joins its
two neighbours: truce OR pause Odesa is (truce OR pause) and Odesa.

A shell takes quotation marks and asterisks for itself: put the whole search between apostrophes,
as in trucewatch search '"energy truce" expor*'.`
}

func (c *SearchCmd) Run(e *env) error {
	if c.Limit < 1 {
		return usageError{fmt.Errorf("--limit %d: want at least 1", c.Limit)}
	}
	if err := oneOf("--stage", c.Stage, news.Stages); err != nil {
		return err
	}
	if err := oneOf("--side", c.Side, news.Sides); err != nil {
		return err
	}
	cfg, st, err := e.openExisting()
	if err != nil {
		return err
	}
	defer st.Close()
	var topics []string
	for _, t := range cfg.Topics {
		topics = append(topics, t.Name)
	}
	if err := oneOf("--topic", c.Topic, topics); err != nil {
		return err
	}
	hits, total, err := st.Search(e.ctx, store.Search{
		Text: strings.Join(c.Words, " "), Topic: c.Topic, Stage: c.Stage, Place: strings.ToLower(c.Place), Side: c.Side,
		Since: c.Since.Time, Until: c.Until.Time, Limit: c.Limit,
	})
	if bad, ok := errors.AsType[*store.QueryError](err); ok {
		return usageError{bad}
	} else if err != nil {
		return err
	}
	if total == 0 && c.Place != "" {
		if err := c.unknownPlace(e, st); err != nil {
			return err
		}
	}
	if c.Format == "json" {
		return writeHits(e.stdout, hits)
	}
	mark := strings.NewReplacer(store.MarkOn, "", store.MarkOff, "").Replace
	title := mark
	if colour(e) {
		mark = strings.NewReplacer(store.MarkOn, "\x1b[1;33m", store.MarkOff, "\x1b[0m").Replace
		title = func(s string) string {
			return "\x1b[1m" + strings.NewReplacer(store.MarkOn, "\x1b[33m", store.MarkOff, "\x1b[39m").Replace(s) + "\x1b[0m"
		}
	}
	for _, h := range hits {
		fmt.Fprintf(e.stdout, "%s\n", title(printable(h.Headline)))
		fmt.Fprintf(e.stdout, "  %s · %s · %s", newsTimeOf(h.Exported).Format("2006-01-02 15:04"), printable(h.Feed), h.Verdict)
		if stages := facet(h.Tags, "stage"); len(stages) > 0 {
			fmt.Fprintf(e.stdout, " · %s", strings.Join(stages, ", "))
		}
		fmt.Fprintf(e.stdout, " · item %d\n", h.ID)
		if h.Snippet != "" {
			fmt.Fprintf(e.stdout, "  %s\n", mark(printable(h.Snippet)))
		}
		if h.URL != "" {
			fmt.Fprintf(e.stdout, "  %s\n", printable(h.URL))
		}
	}
	if total >= store.SearchRanked {
		fmt.Fprintf(e.stdout, "%d shown of the newest %d that match; --limit shows more, --since and --until narrow it\n", len(hits), total)
	} else if total > len(hits) {
		fmt.Fprintf(e.stdout, "%d of %d shown; --limit shows more\n", len(hits), total)
	} else {
		fmt.Fprintf(e.stdout, "%d found\n", total)
	}
	return nil
}

// oneOf reports a word that is none of those known; "" is no word.
func oneOf(flag, word string, known []string) error {
	if word == "" || slices.Contains(known, word) {
		return nil
	}
	return usageError{fmt.Errorf("%s %q is none of %s", flag, word, strings.Join(known, ", "))}
}

// placesShown is how many places are named when one is not known.
const placesShown = 30

// unknownPlace says which places there are, when no item bears the one asked for.
func (c *SearchCmd) unknownPlace(e *env, st *store.Store) error {
	places, err := st.Places(e.ctx)
	if err != nil || slices.Contains(places, strings.ToLower(c.Place)) {
		return err
	}
	if len(places) == 0 {
		return usageError{fmt.Errorf("--place %q: no item is tagged with a place", c.Place)}
	}
	return usageError{fmt.Errorf("--place %q: no item is tagged with it; most frequent are %s", c.Place, strings.Join(places[:min(len(places), placesShown)], ", "))}
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
