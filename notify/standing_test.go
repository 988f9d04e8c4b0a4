package notify

import (
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

func TestAPositionReachedInTheWindowIsAChange(t *testing.T) {
	e := quietEdition()
	before := func(p news.Position, stage string) news.Position {
		b := p
		b.Stage, b.Before = stage, nil
		p.Before = &b
		return p
	}
	in := news.Position{Topic: "russia-ukraine", Mechanism: "partial", Stage: "in_effect", At: e.From.Add(time.Hour), Known: e.From.Add(time.Hour)}
	old := in
	old.At, old.Known = e.From.Add(-48*time.Hour), e.From.Add(-48*time.Hour)
	late := old
	late.Known = e.From.Add(time.Hour) // happened before the last digest, read after it
	alone := in
	alone.Claim = true
	alleged := in
	alleged.Stage, alleged.Claim, alleged.Committed = "violation", true, "one:ukraine"
	oldClaim := old
	oldClaim.Claim = true
	for name, c := range map[string]struct {
		p       news.Position
		changed bool
		want    string
	}{
		"reached for the first time":         {in, true, "Partial truce: in effect"},
		"from elsewhere":                     {before(in, "agreed"), true, "Partial truce: announced, not confirmed by both sides → in effect"},
		"moved away and back":                {before(in, "in_effect"), false, "No change: partial truce in effect"},
		"long ago":                           {old, false, "No change: partial truce in effect"},
		"read after it happened":             {late, true, "Partial truce: in effect"},
		"on one report":                      {alone, true, "Partial truce: in effect (one report says so)"},
		"on one report, long ago":            {oldClaim, false, "in effect (" + old.At.Format("2 Jan") + ", one report says so)"},
		"an allegation says so itself":       {alleged, true, "Partial truce: in effect, breaches alleged by Ukraine"},
		"after the digest's time, unchanged": {func() news.Position { p := in; p.Known = e.Slot.Add(time.Hour); return p }(), false, "No change"},
	} {
		e := e
		e.Stories = []news.Development{story(9, report(90, "Example Wire", "independent", "An item", e.Slot.Add(-time.Hour)))}
		e.Ledger = []news.Position{c.p}
		d, _ := Compose(e)
		plain := Render(d)[0].Plain
		if (len(d.Changed) == 1) != c.changed || !strings.Contains(plain, c.want) || strings.Contains(plain, "alleged by Ukraine (on one") {
			t.Errorf("%s: %d changed, want %v and %q in\n%s", name, len(d.Changed), c.changed, c.want, plain)
		}
	}
}
