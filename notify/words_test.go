package notify

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// TestAgreedWithoutBothIsNeverWordedAsAnAgreement walks the whole phrase table.
func TestAgreedWithoutBothIsNeverWordedAsAnAgreement(t *testing.T) {
	agreement := regexp.MustCompile(`(?i)agree|accord|deal\b|sign|pact|treaty|settled|done|struck|clinch|\breach`)
	phrases := 0
	for _, m := range append(slices.Clone(mechanisms), "", "unknown") {
		for _, s := range append(slices.Clone(stages), "", "unknown") {
			for _, c := range []string{"", "third", "one:russia", "one:ukraine", "one:nobody", "one:", "nonsense", "both"} {
				for _, by := range []string{"", "Russia", "Türkiye"} {
					p := phrase(m, s, c, by)
					phrases++
					if p == "" || p != strings.TrimSpace(p) || strings.ContainsAny(p, "*_`<>&") {
						t.Errorf("%s/%s/%s: badly worded %q", m, s, c, p)
					}
					if c != "both" && agreement.MatchString(p) {
						t.Errorf("%s/%s/%s: %q sounds like an agreement", m, s, c, p)
					}
					if c == "both" && s == "agreed" && p != "agreed by both sides" {
						t.Errorf("%s: both committed and it says %q", m, p)
					}
					f := facts{mechanism: m, stage: s, committed: c, says: []string{"russia"}}
					for _, name := range []string{"declared_one", "ended", "in_effect", "leaders_meet", "other"} {
						if w := turnWords(name, f); agreement.MatchString(w) {
							t.Errorf("alert %s with %s: %q sounds like an agreement", name, c, w)
						}
					}
					if c != "both" && agreement.MatchString(strings.Replace(standing(f), "settlement", "", 1)) {
						t.Errorf("%s/%s/%s: %q sounds like an agreement", m, s, c, standing(f))
					}
				}
			}
		}
	}
	for _, banned := range []string{"slot", "verdict", "mechanism", "signal", "corroboration", "UTC"} {
		for _, d := range layouts() {
			if d.Week != nil {
				continue // its table is for spreadsheets
			}
			for _, m := range Render(d) {
				if regexp.MustCompile(`\b` + banned + `\b`).MatchString(m.Plain) {
					t.Errorf("a %s says %q to its readers", d.Kind, banned)
				}
			}
		}
	}
	if phrases < 1000 {
		t.Errorf("only %d phrases looked at", phrases)
	}
}

func TestPhrases(t *testing.T) {
	for _, c := range []struct{ m, s, c, by, want string }{
		{"full", "signal", "", "", "talked about"},
		{"partial", "proposal", "", "", "terms on the table"},
		{"full", "accept", "one:ukraine", "", "accepted by Ukraine"},
		{"full", "reject", "one:russia", "", "refused by Russia"},
		{"full", "prep", "", "", "meeting being arranged"},
		{"settlement", "talks", "", "", "being negotiated"},
		{"full", "agreed", "both", "", "agreed by both sides"},
		{"partial", "agreed", "one:russia", "", "declared by Russia alone"},
		{"partial", "agreed", "third", "Türkiye", "announced by Türkiye, neither side confirms"},
		{"partial", "agreed", "", "", "announced, not confirmed by both sides"},
		{"partial", "in_effect", "", "", "in effect"},
		{"partial", "violation", "", "Ukraine", "in effect, breaches alleged by Ukraine"},
		{"exchange", "in_effect", "both", "", "carried out"},
		{"full", "ended", "", "", "ended"},
	} {
		if got := phrase(c.m, c.s, c.c, c.by); got != c.want {
			t.Errorf("%s %s %s: %q, want %q", c.m, c.s, c.c, got, c.want)
		}
	}
	if got := subject("humanitarian", "sampleville"); got != "Sampleville · local pause" {
		t.Errorf("place comes first: %q", got)
	}
}

func TestWhoSaysSo(t *testing.T) {
	both := parties("russia-ukraine")
	for _, c := range []struct {
		says []string
		want string
	}{
		{nil, ""},
		{[]string{"ukraine"}, "Kyiv's claim"},
		{[]string{"ukraine", "russia"}, "Kyiv and Moscow both say so"},
		{[]string{"ukraine", "mediator"}, "Kyiv and mediator say so"},
		{[]string{"ukraine", "russia", "us"}, "Kyiv, Moscow and Washington say so"},
		{[]string{"us"}, "Washington says so"},
		{[]string{"un_ngo"}, "UN or aid agencies say so"},
	} {
		if got := saysSo(c.says, both); got != c.want {
			t.Errorf("%v: %q, want %q", c.says, got, c.want)
		}
	}
}

func TestSilenceIsAMeasurement(t *testing.T) {
	slot := at(21, 8, 0)
	d := story(1, report(1, "Example Wire", "independent", "A text is sent", at(20, 20, 0), tagged("title", "stage", "proposal", "mechanism", "full"), said("kyiv", "sent", "A text is sent, Kyiv said.")))
	f := factsOf(d)
	set := func(n int, change func(*news.Source)) []news.Source {
		all := sampleSources(slot, 0)
		for i := range all {
			if all[i].Side == "russia" && n > 0 {
				change(&all[i])
				n--
			}
		}
		return all
	}
	dark := func(s *news.Source) {
		s.LastOK, s.LastNew, s.Trouble = at(19, 0, 0), at(18, 0, 0), "blocked"
	}
	still := func(s *news.Source) { s.LastNew = at(20, 10, 0) }
	for name, c := range map[string]struct {
		sources []news.Source
		want    string
	}{
		"all read":               {set(0, nil), "Moscow not heard (8 of 8 Russian sources read)"},
		"half read":              {set(4, dark), "Moscow not heard (4 of 8 Russian sources read)"},
		"less than half read":    {set(5, dark), "Moscow could not be read (3 of 8 sources)"},
		"read, nothing new yet":  {set(6, still), ""},
		"no source of that side": {nil, "no Russian source is read"},
	} {
		if got := notHeard(d, f, c.sources, time.Hour); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for waited, want := range map[time.Duration]string{0: "too early to hear from Moscow", longSilence: "little newer yet from Moscow (2 of 8 sources)"} {
		if got := notHeard(d, f, set(6, still), waited); got != want {
			t.Errorf("nothing new after %s: %q, want %q", waited, got, want)
		}
	}
	if got, want := notHeard(d, f, set(8, still), longSilence), "nothing newer yet from Moscow (0 of 8 sources)"; got != want {
		t.Errorf("nothing at all after a while: %q, want %q", got, want)
	}
	inUpdate := d
	inUpdate.Reports = slices.Clone(d.Reports)
	inUpdate.Reports[0].Novel = []string{"A Kremlin spokesman said that Russia rejects the annex."}
	if got := notHeard(inUpdate, factsOf(inUpdate), set(0, nil), time.Hour); strings.Contains(got, "Moscow") {
		t.Errorf("a side that speaks in an update's new sentence: %q", got)
	}
	d.Topic = "sample-conflict"
	if got := notHeard(d, factsOf(d), nil, time.Hour); got != "" {
		t.Errorf("sides of a topic we know no parties of: %q", got)
	}
}

// What is told in one language that is compared with no other may be old in another.
func TestABadgeNamesTheLanguageThatWasComparedAlone(t *testing.T) {
	for _, c := range []struct {
		langs []string
		want  string
	}{
		{[]string{"it", "it-IT"}, "New (compared with reports in Italian only) · "},
		{[]string{"xx"}, "New (compared with reports in its language only) · "},
		{[]string{"it", "uk"}, "New · "},
		{[]string{"de"}, "New · "},
		{[]string{""}, "New · "},
	} {
		var d news.Development
		for i, l := range c.langs {
			d.Reports = append(d.Reports, news.Report{Item: news.ItemID(i + 1), Lang: l})
		}
		var text string
		for _, l := range entryLines(Entry{New: true, Tongue: tongue(d), Headline: Source{Title: "x", Name: "y"}, Originals: 1}, false) {
			for _, s := range l.spans {
				text += s.text
			}
		}
		if !strings.Contains(text, c.want) {
			t.Errorf("languages %q: %q, want %q in it", c.langs, text, c.want)
		}
	}
}
