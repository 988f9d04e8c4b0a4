package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

// listing is a table for a person: columns without frames, so that it can be cut
// and grepped.
type listing struct{ t table.Writer }

func newTable(head ...string) *listing {
	t := table.NewWriter()
	s := table.StyleDefault
	s.Options = table.OptionsNoBordersAndSeparators
	t.SetStyle(s)
	l := &listing{t}
	cells := make(table.Row, len(head))
	for i, h := range head {
		cells[i] = h
	}
	t.AppendHeader(cells)
	return l
}

func (l *listing) row(cells ...any) { l.t.AppendRow(cells) }

func (l *listing) write(w io.Writer) {
	for line := range strings.Lines(l.t.Render() + "\n") {
		fmt.Fprintln(w, strings.TrimSpace(line))
	}
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// ago says how long before now a time was, coarsely.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return span(now.Sub(t)) + " ago"
}

// in says how long after now a time is.
func in(t, now time.Time) string {
	if !t.After(now) {
		return "now"
	}
	return "in " + span(t.Sub(now))
}

func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}
