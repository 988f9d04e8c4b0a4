package main

import (
	"fmt"
	"io"
	"strings"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// WhyCmd explains.
type WhyCmd struct {
	Item   string `arg:"" help:"An item's id, GUID or URL."`
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

func (c *WhyCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	st, err := store.OpenExisting(e.ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer st.Close()
	found, err := st.Find(e.ctx, c.Item)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("no item has the id, GUID or URL %q", c.Item)
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, found)
	}
	for i, x := range found {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		explain(e.stdout, x)
	}
	return nil
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
	for _, t := range x.Topics {
		fmt.Fprintf(w, "Topic %s: %s (%.2f)\n", t.Topic, t.Relevance, t.Score)
	}
	for _, t := range x.Tags {
		fmt.Fprintf(w, "  %s %s%s: %q in the %s, rule %s\n", t.Facet, t.Value, who(t.Who), t.Match, orNone(t.Field), t.Rule)
	}
	if x.Story != nil {
		fmt.Fprintf(w, "Development %d\n", *x.Story)
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
