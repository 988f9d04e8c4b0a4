package main

import (
	"fmt"
	"time"

	"trucewatch/internal/news"
	"trucewatch/notify"
	"trucewatch/store"
)

// standing is what `status --ledger` shows: where each mechanism and place stands, and the
// dates that lie ahead.
type standing struct {
	Ledger []stand       `json:"ledger"`
	Dates  []notify.Date `json:"dates_ahead"`
}

// stand is one position of the ledger.
type stand struct {
	Topic string `json:"topic"`
	Move
	Words       string       `json:"words"` // as digests word it
	Development news.StoryID `json:"development"`
}

func (c *StatusCmd) ledger(e *env, st *store.Store, now time.Time) error {
	positions, dates, err := st.Standing(e.ctx, now)
	if err != nil {
		return err
	}
	s := standing{Ledger: []stand{}, Dates: []notify.Date{}}
	for _, p := range positions {
		s.Ledger = append(s.Ledger, stand{p.Topic, moveOf(p), notify.Stands(p), p.Story})
	}
	s.Dates = append(s.Dates, notify.DatesAhead(news.Edition{Slot: now, Ledger: positions, Dates: dates})...)
	if c.Format == "json" {
		return writeJSON(e.stdout, s)
	}
	if len(s.Ledger) == 0 {
		fmt.Fprintln(e.stdout, "Nothing is known to stand anywhere yet")
	} else {
		t := newTable("TOPIC", "WHAT", "STANDS", "SINCE", "DEVELOPMENT", "EVIDENCE")
		for i, p := range s.Ledger {
			t.row(p.Topic, notify.Subject(positions[i]), p.Words, p.At.Format("2006-01-02 15:04"), p.Development, p.Quote+" "+p.URL)
		}
		t.write(e.stdout)
	}
	fmt.Fprintln(e.stdout)
	if len(s.Dates) == 0 {
		fmt.Fprintln(e.stdout, "No date ahead is stated")
		return nil
	}
	t := newTable("DATE AHEAD", "WHERE", "WHAT", "STATED AS", "BY")
	for _, d := range s.Dates {
		t.row(d.When, d.Where, d.What, "“"+d.Quote+"”", d.Source)
	}
	t.write(e.stdout)
	return nil
}
