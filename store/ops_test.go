package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// The note of a word to the operator is taken over by a copy of the database, and by no
// other one; it is short whatever was told, and what is newer here stays.
func TestANoteToTheOperatorIsForCopiesOfTheDatabase(t *testing.T) {
	ctx := t.Context()
	s := openStore(t)
	if _, _, err := s.Configure(ctx, Configuration{Digests: map[string]time.Duration{"morning": time.Hour}}, day); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if _, err := Backup(ctx, s.Path(), copied); err != nil {
		t.Fatal(err)
	}
	var many []string
	for i := range 500 {
		many = append(many, fmt.Sprint("Source ", i))
	}
	later := day.Add(time.Hour)
	told := []Alarm{{Cause: "disk", Open: true, Told: later, Subjects: []string{"disk"}}, {Cause: "source", Open: true, Told: later, Subjects: many}, {Cause: "late", Told: day}}
	if err := s.TellOperator(ctx, []string{"C1"}, later, told, news.Message{Kind: "ops", Part: 1, Text: "told", Plain: "told"}); err != nil {
		t.Fatal(err)
	}
	m, err := s.ClaimDelivery(ctx, later)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(m.Message.Note); n == 0 || n > noteBytes {
		t.Fatalf("a note of %d bytes, want 1 to %d", n, noteBytes)
	}
	c, err := Open(ctx, copied)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	newer := Alarm{Cause: "late", Open: true, Told: later.Add(time.Hour), Subjects: []string{"morning"}}
	if err := c.TellOperator(ctx, nil, later, []Alarm{newer}, news.Message{}); err != nil {
		t.Fatal(err)
	}
	if ours, err := c.ReconcileOperator(ctx, m.Message.Note); err != nil || !ours {
		t.Fatalf("ours %v, %v", ours, err)
	}
	cond, err := c.Condition(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Alarm{}
	for _, a := range cond.Alarms {
		got[a.Cause] = a
	}
	if a := got["disk"]; !a.Open || !a.Told.Equal(later) || !slices.Equal(a.Subjects, []string{"disk"}) {
		t.Errorf("disk %+v", a)
	}
	if a := got["source"]; !a.Open || len(a.Subjects) < 50 || a.Subjects[0] != "Source 0" {
		t.Errorf("source: open %v, %d subjects", a.Open, len(a.Subjects))
	}
	if a := got["late"]; !a.Told.Equal(newer.Told) || !a.Open {
		t.Errorf("late %+v, want what is newer here", a)
	}

	other := openStore(t)
	if _, _, err := other.Configure(ctx, Configuration{Digests: map[string]time.Duration{"morning": time.Hour}}, day.Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{m.Message.Note, "", "{}", "no note", `{"database":"x"}`} {
		if ours, err := other.ReconcileOperator(ctx, text); err != nil || ours {
			t.Errorf("%.40q: ours %v, %v", text, ours, err)
		}
	}
	if cond, err := other.Condition(ctx); err != nil || len(cond.Alarms) != 0 {
		t.Errorf("another database took over %+v, %v", cond.Alarms, err)
	}
}
