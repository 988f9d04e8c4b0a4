package main

import (
	"errors"
	"fmt"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// FeedsCmd lists, pauses and resumes feeds.
type FeedsCmd struct {
	List   FeedsListCmd   `cmd:"" default:"1" help:"List the feeds with how reading them goes."`
	Pause  FeedsPauseCmd  `cmd:"" help:"Stop asking a feed until it is resumed."`
	Resume FeedsResumeCmd `cmd:"" help:"Ask a paused, or a gone, feed again."`
}

// FeedsListCmd lists feeds.
type FeedsListCmd struct {
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

func (c *FeedsListCmd) Run(e *env) error {
	_, st, err := e.openExisting()
	if err != nil {
		return err
	}
	defer st.Close()
	feeds, err := polled(e, st)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, feedStates(feeds))
	}
	feedTable(feeds, time.Now()).write(e.stdout)
	return nil
}

// polled lists the feeds of the configuration.
func polled(e *env, st *store.Store) (out []news.Feed, err error) {
	feeds, err := st.Feeds(e.ctx)
	for _, f := range feeds {
		if f.Polled {
			out = append(out, f)
		}
	}
	return out, err
}

// feedState is a feed as listings show it.
type feedState struct {
	Name     string     `json:"name"`
	URL      string     `json:"url"`
	Side     string     `json:"side"`
	State    string     `json:"state"`
	Err      string     `json:"error,omitempty"`
	Partial  string     `json:"partial,omitempty"`
	Failures int        `json:"failures"`
	LastOK   *time.Time `json:"last_read"`
	LastNew  *time.Time `json:"last_new"`
	NextPoll *time.Time `json:"next_poll"`
	Gap      *time.Time `json:"gap,omitempty"`
	Why      string     `json:"why"`
}

func feedStates(feeds []news.Feed) []feedState {
	out := make([]feedState, 0, len(feeds))
	for _, f := range feeds {
		p := f.Poll
		out = append(out, feedState{f.Name, f.URL, f.Side, stateOf(f), p.Err, p.Partial, p.Failures,
			known(p.LastOK), known(p.LastNew), known(p.NextPoll), known(p.Gap), p.Reason})
	}
	return out
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// stateOf says in a word how reading a feed goes.
func stateOf(f news.Feed) string {
	switch p := f.Poll; {
	case f.Paused:
		return "paused"
	case p.Gone:
		return "gone"
	case p.LastTry.IsZero():
		return "not tried"
	case p.Err != "":
		return "failing"
	case p.Partial != "":
		return "damaged"
	}
	return "ok"
}

// gapShown is how long after a poll without any known entry that is shown.
const gapShown = 7 * 24 * time.Hour

func feedTable(feeds []news.Feed, now time.Time) *listing {
	t := newTable("FEED", "SIDE", "STATE", "READ", "NEWS", "NEXT", "WHY")
	for _, f := range feeds {
		next := in(f.Poll.NextPoll, now)
		if f.Paused || f.Poll.Gone {
			next = "-"
		}
		why := f.Poll.Reason
		if g := f.Poll.Gap; !g.IsZero() && now.Sub(g) < gapShown {
			why = "entries may have been missed " + ago(g, now) + "; " + why
		}
		for _, more := range []string{f.Poll.Err, f.Poll.Partial} {
			if more != "" {
				why = more + "; " + why
			}
		}
		t.row(f.Name, f.Side, stateOf(f), ago(f.Poll.LastOK, now), ago(f.Poll.LastNew, now), next, why)
	}
	return t
}

// FeedsPauseCmd pauses a feed.
type FeedsPauseCmd struct {
	Name string `arg:"" help:"The feed's name, as feeds list shows it."`
}

func (c *FeedsPauseCmd) Run(e *env) error { return setPaused(e, c.Name, true) }

// FeedsResumeCmd resumes a feed.
type FeedsResumeCmd struct {
	Name string `arg:"" help:"The feed's name, as feeds list shows it."`
}

func (c *FeedsResumeCmd) Run(e *env) error { return setPaused(e, c.Name, false) }

func setPaused(e *env, name string, pause bool) error {
	_, st, err := e.openExisting()
	if err != nil {
		return err
	}
	defer st.Close()
	if err := st.PauseFeed(e.ctx, name, pause, time.Now()); errors.Is(err, news.ErrNotFound) {
		return fmt.Errorf("no feed is called %q; see `trucewatch feeds list`", name)
	} else if err != nil {
		return err
	}
	word := "paused"
	if !pause {
		word = "resumed; it is asked within a minute while the daemon runs"
	}
	fmt.Fprintf(e.stdout, "%s: %s\n", name, word)
	return nil
}
