package main

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// ExportCmd writes judged items or developments.
type ExportCmd struct {
	Since   timeFlag `placeholder:"DATE" help:"Only items whose news time is at or after it."`
	Until   timeFlag `placeholder:"DATE" help:"Only items whose news time is before it."`
	Stories bool     `help:"Write developments, each with its reports, timeline, moves of the ledger and CAMEO/PLOVER codes."`
	Format  string   `enum:"jsonl,csv" default:"jsonl" help:"jsonl (one object a line) or csv."`
	Output  string   `short:"o" placeholder:"FILE" help:"Write to a file instead of standard output; it appears only when it is complete."`
}

func (c *ExportCmd) Run(e *env) error {
	_, st, err := e.openExisting()
	if err != nil {
		return err
	}
	defer st.Close()
	if c.Output == "" {
		return c.write(e, st, e.stdout)
	}
	return atomically(c.Output, func(w io.Writer) error { return c.write(e, st, w) })
}

func (c *ExportCmd) write(e *env, st *store.Store, w io.Writer) error {
	buf := bufio.NewWriterSize(w, 1<<16)
	f := news.ExportFilter{Since: c.Since.Time, Until: c.Until.Time}
	var err error
	switch {
	case c.Stories && c.Format == "csv":
		err = csvRows(buf, storyHead, func(row func(...string) error) error {
			return st.ExportStories(e.ctx, f, func(d news.Development, moves []news.Position) error {
				for _, r := range storyRows(storyOf(d, moves)) {
					if err := row(r...); err != nil {
						return err
					}
				}
				return nil
			})
		})
	case c.Stories:
		enc := newLines(buf)
		reactions, rerr := st.Reactions(e.ctx)
		if rerr != nil {
			return rerr
		}
		err = st.ExportStories(e.ctx, f, func(d news.Development, moves []news.Position) error {
			s := storyOf(d, moves)
			maps.Copy(s.Reactions, reactions[d.ID])
			return enc.Encode(s)
		})
	case c.Format == "csv":
		err = csvRows(buf, itemHead, func(row func(...string) error) error {
			return st.Export(e.ctx, f, func(x news.Exported) error { return row(itemRow(x)...) })
		})
	default:
		enc := newLines(buf)
		err = st.Export(e.ctx, f, func(x news.Exported) error { return enc.Encode(x) })
	}
	if err != nil {
		return err
	}
	return buf.Flush()
}

// newLines is an encoder of JSON Lines.
func newLines(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// csvRows writes a table with its head (RFC 4180).
func csvRows(w io.Writer, head []string, rows func(row func(...string) error) error) error {
	t := csv.NewWriter(w)
	if err := t.Write(head); err != nil {
		return err
	}
	err := rows(func(cells ...string) error {
		for i, c := range cells {
			cells[i] = news.Inert(c)
		}
		return t.Write(cells)
	})
	t.Flush()
	return cmp.Or(err, t.Error())
}

var itemHead = []string{"id", "feed", "guid", "url", "title", "summary", "published", "published_from", "seen", "origin", "lang", "content_hash",
	"verdict", "of", "of_id", "reason", "novel", "last_verdict", "last_novel", "last_at", "topic", "relevance", "score",
	"stage", "mechanism", "committed", "place", "venue", "actor", "story", "revisions"}

// itemRow is an item as one row: lists are joined by " | ", and the first topic it
// is about stands for all.
func itemRow(x news.Exported) []string {
	var rel news.Relevance
	for _, r := range x.Topics {
		if rel.Topic == "" || rel.Relevance == news.None && r.Relevance != news.None {
			rel = r
		}
	}
	published := ""
	if x.Published != nil {
		published = x.Published.Format(time.RFC3339)
	}
	of, story := "", ""
	if x.OfID != nil {
		of = fmt.Sprint(*x.OfID)
	}
	if x.Story != nil {
		story = fmt.Sprint(*x.Story)
	}
	join := func(l []string) string { return strings.Join(l, " | ") }
	return []string{fmt.Sprint(x.ID), x.Feed, x.GUID, x.URL, x.Title, x.Summary, published, x.PublishedFrom, x.Seen.Format(time.RFC3339), string(x.Origin), x.Lang, x.ContentHash,
		string(x.Verdict), x.Of, of, x.Reason, join(x.Novel), string(x.Last.Verdict), join(x.Last.Novel), x.Last.At.Format(time.RFC3339),
		rel.Topic, rel.Relevance, strconv.FormatFloat(rel.Score, 'f', 3, 64),
		join(facet(x.Tags, "stage")), join(facet(x.Tags, "mechanism")), join(facet(x.Tags, "committed")), join(facet(x.Tags, "place")), join(facet(x.Tags, "venue")), join(facet(x.Tags, "actor")),
		story, fmt.Sprint(x.Revisions)}
}

// ExportedStory is a development as `export --stories` writes it. The field names
// and their order are a promise to those who read exports.
type ExportedStory struct {
	ID       news.StoryID  `json:"id"`
	Topic    string        `json:"topic"`
	Headline string        `json:"headline"` // of its first report that is mainly about the topic
	First    time.Time     `json:"first"`
	Last     time.Time     `json:"last"`
	Follows  *news.StoryID `json:"follows"`
	Sides    []string      `json:"sides"`
	// Originals are the origins the reports rest on, Repeats the reports that are none's own.
	Originals int    `json:"original_reports"`
	Repeats   int    `json:"repeats"`
	Codes     []Code `json:"codes"`
	Timeline  []Step `json:"timeline"`
	Ledger    []Move `json:"ledger"`
	// Reactions on the messages that told it, by emoji name; nobody's names.
	Reactions map[string]int64 `json:"reactions"`
}

// Step is one report of a development.
type Step struct {
	At        time.Time        `json:"at"` // its news time
	Item      news.ItemID      `json:"item"`
	Feed      string           `json:"feed"`
	Side      string           `json:"side"`
	Lang      string           `json:"lang"`
	URL       string           `json:"url"`
	Title     string           `json:"title"`
	Verdict   news.VerdictKind `json:"verdict"`
	Relevance string           `json:"relevance"`
	Stages    []string         `json:"stages"`
	Mechanism []string         `json:"mechanisms"`
	Committed []string         `json:"committed"`
	Places    []string         `json:"places"`
	Codes     []Code           `json:"codes"`
}

// Move is where a mechanism came to stand by this development.
type Move struct {
	At        time.Time   `json:"at"`
	Mechanism string      `json:"mechanism"`
	Place     string      `json:"place"`
	Stage     string      `json:"stage"`
	Committed string      `json:"committed"`
	Claim     bool        `json:"claim"` // rests on one origin alone, or is alleged
	Known     time.Time   `json:"known"` // when the evidence was at hand
	Item      news.ItemID `json:"item"`
	URL       string      `json:"url"`
	Quote     string      `json:"quote"`
}

// storyOf words a development for export. A report that repeats another adds no
// code: an event is coded once.
func storyOf(d news.Development, moves []news.Position) ExportedStory {
	out := ExportedStory{ID: d.ID, Topic: d.Topic, First: d.First, Last: d.Last, Sides: []string{}, Codes: []Code{}, Timeline: []Step{}, Ledger: []Move{}, Reactions: map[string]int64{}}
	if d.Follows != 0 {
		out.Follows = &d.Follows
	}
	list := func(l []string) []string { return append([]string{}, l...) }
	rests := news.Rests(d.Reports)
	out.Originals, out.Repeats = len(news.Originals(rests)), news.Repeats(rests)
	for _, r := range d.Reports {
		at := r.Published
		if at.IsZero() || at.After(r.Seen) {
			at = r.Seen
		}
		s := Step{At: at, Item: r.Item, Feed: r.Feed, Side: r.Side, Lang: r.Lang, URL: r.URL, Title: r.Title, Verdict: r.First, Relevance: r.Relevance,
			Stages: list(facet(r.Tags, "stage")), Mechanism: list(facet(r.Tags, "mechanism")), Committed: list(facet(r.Tags, "committed")), Places: list(facet(r.Tags, "place")), Codes: []Code{}}
		if r.First != news.Duplicate {
			s.Codes = append(s.Codes, codesOf(r.Tags)...)
		}
		if out.Headline == "" && r.Relevance == news.Main {
			out.Headline = r.Title
		}
		if r.Side != "" && !slices.Contains(out.Sides, r.Side) {
			out.Sides = append(out.Sides, r.Side)
		}
		for _, c := range s.Codes {
			if !slices.Contains(out.Codes, c) {
				out.Codes = append(out.Codes, c)
			}
		}
		out.Timeline = append(out.Timeline, s)
	}
	if out.Headline == "" && len(d.Reports) > 0 {
		out.Headline = d.Reports[0].Title
	}
	for _, p := range moves {
		out.Ledger = append(out.Ledger, moveOf(p))
	}
	return out
}

func moveOf(p news.Position) Move {
	return Move{p.At, p.Mechanism, p.Place, p.Stage, p.Committed, p.Claim, p.Known, p.Item, p.URL, p.Quote}
}

var storyHead = []string{"story", "topic", "headline", "follows", "at", "item", "feed", "side", "lang", "url", "title", "verdict", "relevance",
	"stage", "mechanism", "committed", "place", "cameo", "plover"}

// storyRows is a development as one row for each report.
func storyRows(s ExportedStory) (rows [][]string) {
	join := func(l []string) string { return strings.Join(l, " | ") }
	follows := ""
	if s.Follows != nil {
		follows = fmt.Sprint(*s.Follows)
	}
	for _, t := range s.Timeline {
		var cameo, plover []string
		for _, c := range t.Codes {
			cameo, plover = append(cameo, c.CAMEO), append(plover, c.PLOVER)
		}
		rows = append(rows, []string{fmt.Sprint(s.ID), s.Topic, s.Headline, follows, t.At.Format(time.RFC3339), fmt.Sprint(t.Item), t.Feed, t.Side, t.Lang, t.URL, t.Title,
			string(t.Verdict), t.Relevance, join(t.Stages), join(t.Mechanism), join(t.Committed), join(t.Places), join(cameo), join(plover)})
	}
	return rows
}

// atomically writes a file that appears only when it is complete.
func atomically(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".trucewatch-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
