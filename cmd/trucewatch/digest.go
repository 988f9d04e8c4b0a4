package main

import (
	"fmt"
	"strings"
	"time"

	"trucewatch/internal/news"
	"trucewatch/notify"
)

// DigestCmd previews a digest.
type DigestCmd struct {
	Name   string   `arg:"" optional:"" help:"Configured digest whose channel, zone and selection to use. Default: the first."`
	Since  timeFlag `placeholder:"DATE" help:"Start of the window, a date in the digest's zone or an RFC 3339 time. Default: 24 hours before its end."`
	Until  timeFlag `placeholder:"DATE" help:"End of the window. Default: now."`
	Format string   `enum:"text,json,slack" default:"text" help:"text, json, or slack (the messages as they would be posted)."`
}

func (*DigestCmd) Help() string {
	return `Shows what a digest of a window says, as if nothing of it had been told: also of imported history.
How many sources were read is only known of a window that ends now.`
}

func (c *DigestCmd) Run(e *env) error {
	cfg, st, err := e.openExisting()
	if err != nil {
		return err
	}
	defer st.Close()
	spec, err := c.pick(cfg.DigestSpecs(c.Format != "slack"))
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	until := c.Until.in(spec.Zone)
	if until.IsZero() {
		until = now
	}
	since := c.Since.in(spec.Zone)
	if since.IsZero() {
		since = until.Add(-24 * time.Hour)
	}
	if !since.Before(until) {
		return usageError{fmt.Errorf("--since %s is not before --until %s", since.In(spec.Zone).Format(time.RFC3339), until.In(spec.Zone).Format(time.RFC3339))}
	}
	ed, err := st.Preview(e.ctx, spec, since, until)
	if err != nil {
		return err
	}
	feeds, err := st.Feeds(e.ctx)
	if err != nil {
		return err
	}
	d, _ := notify.Compose(asIfLive(ed, firstRead(feeds, now), now))
	switch c.Format {
	case "json":
		b, err := d.JSON()
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%s\n", b)
		return nil
	case "slack":
		return writeJSON(e.stdout, notify.Render(d))
	}
	fmt.Fprint(e.stdout, notify.Text(d, terminalWidth(e.stdout), colour(e)))
	return nil
}

// previewed is the digest of a name; for none, the first that tells news.
func previewed(specs []news.DigestSpec, name string) (news.DigestSpec, bool) {
	for _, s := range specs {
		if name == "" && s.Kind != "recap" || s.Name == name {
			return s, true
		}
	}
	return news.DigestSpec{}, false
}

func (c *DigestCmd) pick(specs []news.DigestSpec) (news.DigestSpec, error) {
	if s, ok := previewed(specs, c.Name); ok {
		return s, nil
	}
	if c.Name != "" {
		return news.DigestSpec{}, usageError{noDigest(specs, c.Name)}
	}
	return news.DigestSpec{Name: "preview", Kind: "news", Channel: news.TerminalChannel, Zone: time.UTC, StateMedia: "name", Max: 9}, nil
}

// noDigest says that none has the name, and which there are.
func noDigest(specs []news.DigestSpec, name string) error {
	if len(specs) == 0 {
		return fmt.Errorf("no digest is called %q: none is configured", name)
	}
	names := make([]string, len(specs))
	for i, s := range specs {
		names[i] = s.Name
	}
	return fmt.Errorf("no digest is called %q: there are %s", name, strings.Join(names, ", "))
}

// firstRead is when a source was read for the first time; now, if none was.
func firstRead(feeds []news.Feed, now time.Time) time.Time {
	first := now
	for _, f := range feeds {
		if at := f.Poll.FirstOK; !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	return first
}

// asIfLive lets a preview tell what was imported: it tells nobody, and a window in
// the past is looked at for what it held. Before the first poll nobody read or failed to
// read any source; how reading went in a window that was over before now is not stored,
// only how it goes now.
func asIfLive(e news.Edition, first, now time.Time) news.Edition {
	e.Imported = e.Slot.Before(first)
	e.Over = !e.Imported && e.Slot.Before(now)
	if e.Imported || e.Over {
		e.Sources = nil
	}
	for i := range e.Stories {
		d := &e.Stories[i]
		d.LiveSeen = e.Slot
		for j := range d.Reports {
			d.Reports[j].Live, d.Reports[j].Fresh = true, true
		}
	}
	return e
}
