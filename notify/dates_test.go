package notify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// stated is a meeting in Istanbul on a day, as a report of a development states it.
func stated(item, story int, day time.Time, when time.Time, with ...func(*news.StatedDate)) news.StatedDate {
	s := news.StatedDate{At: day, Precision: "day", Zone: "Europe/Kyiv", What: "meeting", Where: "istanbul", Kind: "meets", Quote: "on Friday",
		Item: news.ItemID(item), Story: news.StoryID(story), Stated: when, Feed: "Example Wire"}
	for _, f := range with {
		f(&s)
	}
	return s
}

func TestDatesAheadAreThoseThatHold(t *testing.T) {
	e := quietEdition() // Sat 21 Nov 08:00 Kyiv
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, kyiv) }
	moved := func(s *news.StatedDate) { s.Moved = true }
	truce := func(kind, quote string) func(*news.StatedDate) {
		return func(s *news.StatedDate) { s.What, s.Where, s.Kind, s.Quote = "partial", "", kind, quote }
	}
	minute := func(s *news.StatedDate) { s.Precision = "minute" }
	month := func(s *news.StatedDate) { s.Precision = "month" }
	for name, c := range map[string]struct {
		dates []news.StatedDate
		want  string
	}{
		"today's is still ahead":           {[]news.StatedDate{stated(1, 1, day(21), at(19, 1, 0))}, "Sat 21 Nov, Istanbul: meeting"},
		"yesterday's is not":               {[]news.StatedDate{stated(1, 1, day(20), at(19, 1, 0))}, ""},
		"two outlets, one date":            {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(2, 2, day(24), at(19, 2, 0))}, "Tue 24 Nov, Istanbul: meeting"},
		"moved within a development":       {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(2, 1, day(26), at(20, 1, 0))}, "Thu 26 Nov, Istanbul: meeting"},
		"moved to an earlier day":          {[]news.StatedDate{stated(1, 1, day(26), at(19, 1, 0)), stated(2, 1, day(24), at(20, 1, 0))}, "Tue 24 Nov, Istanbul: meeting"},
		"said to be moved, elsewhere":      {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(2, 2, day(26), at(20, 1, 0), moved)}, "Thu 26 Nov, Istanbul: meeting"},
		"the old date repeated afterwards": {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(2, 1, day(26), at(20, 1, 0)), stated(3, 1, day(26), at(20, 2, 0))}, "Thu 26 Nov, Istanbul: meeting"},
		"two meetings":                     {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(2, 2, day(26), at(20, 1, 0))}, "Tue 24 Nov, Istanbul: meeting · Thu 26 Nov, Istanbul: meeting"},
		"one report states two":            {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(1, 1, day(26), at(19, 1, 0))}, "Tue 24 Nov, Istanbul: meeting · Thu 26 Nov, Istanbul: meeting"},
		"a later report names one of two": {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(1, 1, day(26), at(19, 1, 0)), stated(2, 1, day(24), at(20, 1, 0))},
			"Tue 24 Nov, Istanbul: meeting · Thu 26 Nov, Istanbul: meeting"},
		"a later report names both": {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(2, 1, day(24), at(20, 1, 0)), stated(2, 1, day(26), at(20, 1, 0))},
			"Tue 24 Nov, Istanbul: meeting · Thu 26 Nov, Istanbul: meeting"},
		"one of two has another date": {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(1, 1, day(26), at(19, 1, 0)), stated(2, 1, day(24), at(20, 1, 0)), stated(2, 1, day(27), at(20, 1, 0))},
			"Tue 24 Nov, Istanbul: meeting · Fri 27 Nov, Istanbul: meeting"},
		"a third date beside two": {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(1, 1, day(26), at(19, 1, 0)), stated(2, 1, day(28), at(20, 1, 0))},
			"Tue 24 Nov, Istanbul: meeting · Thu 26 Nov, Istanbul: meeting · Sat 28 Nov, Istanbul: meeting"},
		"the nearest of two is moved": {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(1, 1, day(26), at(19, 1, 0)), stated(2, 1, day(28), at(20, 1, 0), moved)},
			"Tue 24 Nov, Istanbul: meeting · Sat 28 Nov, Istanbul: meeting"},
		"moved in its own development": {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(2, 2, day(26), at(19, 2, 0)), stated(3, 1, day(27), at(20, 1, 0), moved)},
			"Thu 26 Nov, Istanbul: meeting · Fri 27 Nov, Istanbul: meeting"},
		"only the month, of a day that is known": {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0)), stated(2, 1, day(30), at(20, 1, 0), month)}, "Tue 24 Nov, Istanbul: meeting"},
		"the minute is known better": {[]news.StatedDate{stated(1, 1, day(24), at(19, 1, 0), truce("starts", "from Tuesday")), stated(2, 1, day(24).Add(10*time.Hour), at(19, 2, 0), truce("starts", "from 10:00"), minute)},
			"Tue 24 Nov 10:00 Kyiv time: partial truce starts"},
		"an end reckoned from publication": {[]news.StatedDate{
			stated(1, 1, day(24), at(19, 1, 0), truce("starts", "from Tuesday")), stated(1, 1, day(26), at(19, 1, 0), truce("ends", "2-day")),
			stated(2, 1, day(23), at(19, 2, 0), truce("ends", "2-day"))},
			"Tue 24 Nov: partial truce starts · Thu 26 Nov: partial truce ends"},
		"a month ends with its last day": {[]news.StatedDate{stated(1, 1, day(30), at(19, 1, 0), month)}, "by the end of November, Istanbul: meeting"},
	} {
		e := e
		e.Dates = c.dates
		if got := datesText(DatesAhead(e), false); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		slices.Reverse(e.Dates)
		if got := datesText(DatesAhead(e), false); got != c.want {
			t.Errorf("%s, read in another order: %q, want %q", name, got, c.want)
		}
	}
}

// A truce that one side accepted has no end yet; one that was agreed has.
func TestOnlyWhatIsArrangedStartsAndEnds(t *testing.T) {
	for stage, want := range map[string]string{
		"proposal": "", "accept": "", "reject": "",
		"agreed":    "Tue 24 Nov: partial truce ends",
		"in_effect": "Tue 24 Nov: partial truce ends",
	} {
		e := quietEdition()
		e.Ledger = []news.Position{{Topic: "russia-ukraine", Mechanism: "partial", Stage: stage}}
		e.Dates = []news.StatedDate{stated(1, 1, time.Date(2026, 11, 24, 0, 0, 0, 0, kyiv), at(19, 1, 0), func(s *news.StatedDate) {
			s.What, s.Where, s.Kind, s.Quote = "partial", "", "ends", "5-day"
		})}
		if got := datesText(DatesAhead(e), false); got != want {
			t.Errorf("%s: %q, want %q", stage, got, want)
		}
	}
}

// What a third party alone announces of both has no end that a reader can count on, nor has
// what one report says without naming who committed; and one end is told once, though one
// report reckons it from the day of the news and another from the start.
func TestAnUnconfirmedTruceHasNoEndAndOneEndIsToldOnce(t *testing.T) {
	ends := func(day, story, item int) news.StatedDate {
		return stated(item, story, time.Date(2026, 11, day, 0, 0, 0, 0, kyiv), at(19, item, 0), func(s *news.StatedDate) { s.What, s.Where, s.Kind, s.Quote = "partial", "", "ends", "5-day" })
	}
	for name, c := range map[string]struct {
		p     news.Position
		dates []news.StatedDate
		want  string
	}{
		"a mediator's word":        {news.Position{Stage: "agreed", Committed: "third"}, []news.StatedDate{ends(24, 1, 1)}, ""},
		"one report":               {news.Position{Stage: "agreed", Claim: true}, []news.StatedDate{ends(24, 1, 1)}, ""},
		"one side declares":        {news.Position{Stage: "agreed", Committed: "one:russia", Claim: true}, []news.StatedDate{ends(24, 1, 1)}, "Tue 24 Nov: partial truce ends"},
		"ended since":              {news.Position{Stage: "ended", Committed: "one:russia", At: at(20, 1, 0)}, []news.StatedDate{ends(24, 1, 1)}, ""},
		"ended before it was said": {news.Position{Stage: "ended", At: at(18, 1, 0)}, []news.StatedDate{ends(24, 1, 1)}, "Tue 24 Nov: partial truce ends"},
		"two reckonings, one end":  {news.Position{Stage: "agreed", Committed: "both"}, []news.StatedDate{ends(24, 1, 1), ends(25, 2, 2)}, "Tue 24 Nov: partial truce ends"},
		"a week apart, two truces": {news.Position{Stage: "agreed", Committed: "both"}, []news.StatedDate{ends(24, 1, 1), ends(30, 2, 2)}, "Tue 24 Nov: partial truce ends · Mon 30 Nov: partial truce ends"},
	} {
		e := quietEdition()
		c.p.Topic, c.p.Mechanism = "russia-ukraine", "partial"
		e.Ledger, e.Dates = []news.Position{c.p}, c.dates
		if got := datesText(DatesAhead(e), false); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestADateThatPassedWithoutNewsIsSaidOnce(t *testing.T) {
	e := quietEdition() // from Fri 20 Nov 18:00 to Sat 21 Nov 08:00 Kyiv
	friday := time.Date(2026, 11, 20, 0, 0, 0, 0, kyiv)
	e.Dates = []news.StatedDate{stated(1, 1, friday, at(18, 1, 0))}
	e.Stories = nil
	says := func(e news.Edition) string {
		d, _ := Compose(e)
		plain := Render(d)[0].Plain
		_, after, _ := strings.Cut(plain, "Passed without news: ")
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	const want = "Fri 20 Nov, Istanbul: meeting"
	if got := says(e); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	with := func(at time.Time, f ...func(*news.Report)) news.Edition {
		x := e
		x.Stories = []news.Development{story(3, report(30, "Example Wire", "independent", "An item", at, f...))}
		return x
	}
	met := tagged("title", "stage", "talks")
	for name, c := range map[string]struct {
		e    news.Edition
		want string
	}{
		"told in a digest with news":    {with(at(20, 19, 0), tagged("title", "stage", "signal")), want},
		"the meeting took place":        {with(at(20, 19, 0), met), ""},
		"news of the venue":             {with(at(20, 19, 0), tagged("title", "venue", "istanbul")), ""},
		"talks before the date":         {with(friday.Add(-5*time.Hour), met), want},
		"the digest after":              {func() news.Edition { x := e; x.From, x.Slot = e.Slot, e.Slot.Add(24*time.Hour); return x }(), ""},
		"the day itself":                {func() news.Edition { x := e; x.From, x.Slot = friday, friday.Add(20*time.Hour); return x }(), ""},
		"too little was read to say so": {func() news.Edition { x := e; x.Sources = sampleSources(e.Slot, 8); return x }(), ""},
		"it was moved": {func() news.Edition {
			x := e
			x.Dates = append(slices.Clone(e.Dates), stated(2, 1, friday.AddDate(0, 0, 6), at(19, 1, 0)))
			return x
		}(), ""},
		"a truce's end, and news of it": {func() news.Edition {
			x := with(at(20, 19, 0), tagged("title", "mechanism", "partial"))
			x.Dates = []news.StatedDate{stated(1, 1, friday, at(18, 1, 0), func(s *news.StatedDate) { s.What, s.Kind = "partial", "ends" })}
			return x
		}(), ""},
		"a truce's end, and other news": {func() news.Edition {
			x := with(at(20, 19, 0), tagged("title", "mechanism", "exchange"))
			x.Dates = []news.StatedDate{stated(1, 1, friday, at(18, 1, 0), func(s *news.StatedDate) { s.What, s.Kind = "partial", "ends" })}
			return x
		}(), "Fri 20 Nov, Istanbul: partial truce ends"},
		"a digest that selects all topics": {func() news.Edition {
			x := e
			x.Digest.Select.Topics = nil
			x.Sources = sampleSources(e.Slot, 8)
			return x
		}(), ""},
	} {
		if got := says(c.e); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAnAlertQuotesTheWordsThatStateATime(t *testing.T) {
	got := datesText([]Date{{When: "Fri 8 May 00:00 Moscow time", What: "full ceasefire starts", Quote: "from midnight", Source: "Example Wire"}}, true)
	if want := "Fri 8 May 00:00 Moscow time: full ceasefire starts (“from midnight”, Example Wire)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
