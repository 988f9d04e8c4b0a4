package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/monitor/story"
	"trucewatch/monitor/tag"
	"trucewatch/monitor/text"
	"trucewatch/store"
)

// WhyCmd explains.
type WhyCmd struct {
	Item   string `arg:"" help:"An item's id, GUID or URL; or - for a text on standard input, its first line the title."`
	Lang   string `help:"Language of a text on standard input. Default: found from the text."`
	In     int64  `placeholder:"ID" help:"Explain also why it is in this development or not: an id as why and export --stories print it."`
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

func (*WhyCmd) Help() string {
	return `Shows what was decided about an item, and decides again before your eyes with what the corpus
held before it: what it was compared with and what each comparison showed, what counted for its
relevance and how much, which rule gave which tag, and why it is in its development; with --in, what
spoke for and against its being in another one. A text on
standard input is explained against the whole corpus. Nothing is stored.`
}

// reasoning is everything `why` shows of one text.
type reasoning struct {
	Stored     *news.Exported      `json:"stored,omitempty"`
	Verdict    monitor.Explanation `json:"verdict"`
	Topics     []news.Relevance    `json:"topics"`
	Counted    []tag.Contribution  `json:"counted"`
	Tags       []news.Tag          `json:"tags"`
	Placement  []news.Placement    `json:"placement"`
	Membership []news.Membership   `json:"membership,omitempty"`
	In         *story.Fit          `json:"in,omitempty"`
}

func (c *WhyCmd) Run(e *env) error {
	cfg, st, err := e.openExisting()
	if err != nil {
		return err
	}
	defer st.Close()
	rules, err := loadRules(cfg)
	if err != nil {
		return fmt.Errorf("%w: %w", errConfig, err)
	}
	var all []reasoning
	if c.Item == "-" {
		w, err := readText(e.stdin, c.Lang)
		if err != nil {
			return err
		}
		r, err := c.reason(e.ctx, st, rules, w)
		if err != nil {
			return err
		}
		all = append(all, r)
	} else if all, err = c.explainItems(e.ctx, st, rules); err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, all)
	}
	for i, r := range all {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		r.write(e.stdout)
	}
	return nil
}

func (c *WhyCmd) explainItems(ctx context.Context, st *store.Store, rules *tag.Rules) (all []reasoning, err error) {
	found, err := st.Find(ctx, c.Item)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no item has the id, GUID or URL %q", c.Item)
	}
	for i, x := range found {
		w, err := st.Work(ctx, x.ID)
		if err != nil {
			return nil, err
		}
		r, err := c.reason(ctx, st, rules, w)
		if err != nil {
			return nil, err
		}
		r.Stored = &found[i]
		if r.Membership, err = st.Membership(ctx, x.ID); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// readText reads a text to explain: its first line is the title.
func readText(in io.Reader, lang string) (w news.Work, err error) {
	b, err := io.ReadAll(bufio.NewReader(io.LimitReader(in, maxEntry)))
	if err != nil {
		return w, err
	}
	title, body, _ := strings.Cut(strings.TrimSpace(strings.ToValidUTF8(string(b), "\uFFFD")), "\n")
	if title == "" {
		return w, usageError{errors.New("standard input holds no text")}
	}
	if body == "" && len(text.Sentences(title)) > 1 {
		title, body = "", title // a paragraph is no headline
	}
	w.Item = news.Item{Entry: news.Entry{Title: title, Content: strings.TrimSpace(body), Lang: lang}, Revision: 1, Seen: time.Now().UTC()}
	w.Feed.Lang = lang
	return w, nil
}

// reason decides about a text again, with what the corpus held before it.
func (c *WhyCmd) reason(ctx context.Context, st *store.Store, rules *tag.Rules, w news.Work) (r reasoning, err error) {
	if w.Item.Origin == news.OriginSeed { // a seed's text is not kept: there is nothing to decide again
		return r, nil
	}
	p := monitor.Prepare(w, rules)
	var topics []string
	for _, t := range p.Topics {
		if t.Relevance != news.None {
			topics = append(topics, t.Topic)
		}
	}
	known, stories, err := st.Consult(ctx, p, topics)
	if err != nil {
		return r, err
	}
	boilerplate, err := st.Boilerplate(ctx, time.Now())
	if err != nil {
		return r, err
	}
	r.Verdict = monitor.Explain(p, known, func(publisher string, s uint64) bool { return boilerplate[publisher][s] })
	title, lede, body := tag.Fields(w.Item)
	t := rules.Explain(tag.Input{Title: title, Lede: lede, Body: body, Lang: p.Lang, Side: w.Feed.Side, Official: w.Feed.Official})
	r.Topics, r.Counted, r.Tags = t.Topics, t.Why, t.Tags
	for _, topic := range topics {
		r.Placement = append(r.Placement, story.Place(p, topic, stories[topic]))
	}
	if c.In != 0 {
		in, err := st.Story(ctx, news.StoryID(c.In))
		if errors.Is(err, news.ErrNotFound) {
			return r, fmt.Errorf("no development has the id %d", c.In)
		} else if err != nil {
			return r, err
		}
		fit := story.FitOf(p, in)
		r.In = &fit
	}
	return r, nil
}

// shownContributions is how many of what counted are listed in words.
const shownContributions = 12

func (r reasoning) write(w io.Writer) {
	if r.Stored != nil {
		explain(w, *r.Stored)
		if r.Stored.Origin == news.OriginSeed {
			return
		}
		fmt.Fprint(w, "\nDecided again, with what the corpus held before it:\n")
	}
	fmt.Fprint(w, r.Verdict)
	for _, t := range r.Topics {
		fmt.Fprintf(w, "topic %s: %s (%.2f)\n", t.Topic, t.Relevance, t.Score)
	}
	for i, c := range r.Counted {
		if i == shownContributions {
			fmt.Fprintf(w, "  and %d smaller ones\n", len(r.Counted)-i)
			break
		}
		fmt.Fprintf(w, "  %+.2f %s", c.Weight*c.Value, c.Feature)
		if c.Match != "" {
			fmt.Fprintf(w, ": %q in the %s", c.Match, orNone(c.Field))
		}
		fmt.Fprintln(w)
	}
	for _, t := range r.Tags {
		fmt.Fprintf(w, "tag %s %s%s: %q in the %s, rule %s\n", t.Facet, t.Value, who(t.Who), t.Match, orNone(t.Field), t.Rule)
	}
	for _, p := range r.Placement {
		switch {
		case p.Story != 0:
			fmt.Fprintf(w, "development: would join %d (%.2f): %s\n", p.Story, p.Score, p.Why)
		default:
			fmt.Fprintf(w, "development: would open one: %s\n", p.Why)
		}
	}
	if r.In != nil {
		fmt.Fprintf(w, "development %d: %s\n", r.In.Story, r.In.Why)
	}
	for _, m := range r.Membership {
		fmt.Fprintf(w, "development %d of %s, because: %s\n", m.Story, m.Topic, m.Why)
		for _, o := range m.Others {
			fmt.Fprintf(w, "  with item %d of %s (%s): %s\n", o.Item, o.Feed, o.Verdict, o.Title)
		}
	}
}

// explain says in words what is stored of the decisions about an item.
func explain(w io.Writer, x news.Exported) {
	fmt.Fprintf(w, "Item %d of %s: %s\n", x.ID, x.Feed, x.Title)
	if x.URL != "" {
		fmt.Fprintf(w, "  %s\n", x.URL)
	}
	published := "without a date"
	if x.Published != nil {
		published = "published " + x.Published.Format("2006-01-02 15:04Z") + " (" + x.PublishedFrom + ")"
	}
	fmt.Fprintf(w, "  %s, seen %s (%s), language %s\n", published, x.Seen.Format("2006-01-02 15:04Z"), x.Origin, orNone(x.Lang))
	fmt.Fprintf(w, "Verdict: %s", x.Verdict)
	if x.Of != "" {
		fmt.Fprintf(w, " of %s (item %d)", x.Of, *x.OfID)
	}
	fmt.Fprintf(w, ", because: %s\n", orNone(x.Reason))
	for _, s := range x.Novel {
		fmt.Fprintf(w, "  new: %s\n", s)
	}
	if x.Revisions > 1 {
		fmt.Fprintf(w, "Edited %d times; the last edit: %s\n", x.Revisions-1, x.Last.Verdict)
		for _, s := range x.Last.Novel {
			fmt.Fprintf(w, "  new: %s\n", s)
		}
	}
}

func who(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

func orNone(s string) string {
	if strings.TrimSpace(s) == "" {
		return "none"
	}
	return s
}
