package notify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

func TestThatBothAgreedIsNotBothSayingSo(t *testing.T) {
	both := tagged("title", "stage", "agreed", "committed", "both", "mechanism", "partial")
	d := story(1,
		report(1, "Example Wire", "independent", "Both sides agree on an energy truce, Ankara says", at(20, 1, 0), both, claims("turkey", "mediator", "title")),
		report(2, "Demo TV", "europe", "Energy truce agreed, Turkey says", at(20, 2, 0), both, claims("turkey", "mediator", "title")))
	f := factsOf(d)
	if f.committed != "both" || !slices.Equal(f.says, []string{"mediator"}) {
		t.Errorf("committed %q, said by %q; want both, and a mediator alone", f.committed, f.says)
	}
	// A declaration is the word of the side that declares, unless another tells of it.
	one := tagged("title", "stage", "agreed", "committed", "one:russia", "mechanism", "partial")
	if f := factsOf(story(1, report(1, "Example Wire", "independent", "Putin declares a truce", at(20, 1, 0), one))); !slices.Equal(f.says, []string{"russia"}) {
		t.Errorf("declared: said by %q, want russia", f.says)
	}
	if f := factsOf(story(1, report(1, "Example Wire", "independent", "Moscow declared a truce, Kyiv says", at(20, 1, 0), one, claims("kyiv", "ukraine", "title")))); !slices.Equal(f.says, []string{"ukraine"}) {
		t.Errorf("told by the other: said by %q, want ukraine", f.says)
	}
}

// claims makes an actor of a side the speaker of a claim.
func claims(who, side, field string) func(*news.Report) {
	return func(r *news.Report) {
		r.Tags = append(r.Tags, news.Tag{Facet: "claim", Value: "claim", Field: field, Who: who},
			news.Tag{Facet: "actor", Value: who, Field: field, Who: side, Match: who})
	}
}

func TestASpeakerStandsOnTheSideTheRulePackGivesHim(t *testing.T) {
	d := story(1, report(1, "Example Wire", "independent", "Pause holds, minister says", at(20, 1, 0), claims("belousov", "russia", "title")))
	if f := factsOf(d); !slices.Equal(f.says, []string{"russia"}) {
		t.Errorf("said by %q, want russia", f.says)
	}
}

func TestOnePartysWordOnTheOtherIsNotTheOthersAct(t *testing.T) {
	reject := func(who string) func(*news.Report) {
		return func(r *news.Report) {
			r.Tags = append(r.Tags, news.Tag{Facet: "stage", Value: "reject", Field: "title", Who: who}, news.Tag{Facet: "mechanism", Value: "full", Field: "title"})
		}
	}
	for name, c := range map[string]struct {
		with []func(*news.Report)
		want string
	}{
		"its own refusal":          {[]func(*news.Report){reject("russia"), claims("kremlin", "russia", "title")}, "refused by Russia"},
		"told by the other":        {[]func(*news.Report){reject("russia"), claims("kyiv", "ukraine", "title")}, "refused by Russia"},
		"nobody is seen to refuse": {[]func(*news.Report){reject(""), claims("kyiv", "ukraine", "title")}, "refused"},
		"both":                     {[]func(*news.Report){reject("both")}, "refused by both sides"},
	} {
		f := factsOf(story(1, report(1, "Example Wire", "independent", "x", at(20, 1, 0), c.with...)))
		if got := phrase(f.mechanism, f.stage, f.committed, actor(f)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestOneSidesWordAloneIsSaidToBeThat(t *testing.T) {
	in := tagged("title", "stage", "in_effect", "mechanism", "partial")
	alone := report(1, "Example Wire", "independent", "The truce holds, Kyiv says", at(20, 1, 0), in, claims("kyiv", "ukraine", "title"))
	other := report(2, "Demo TV", "europe", "The truce holds", at(20, 2, 0), in)
	for name, c := range map[string]struct {
		d    news.Development
		want string
	}{
		"on its word alone":   {story(1, alone), "in effect, Ukraine alone says"},
		"and another's":       {story(1, alone, other), "in effect"},
		"nobody is named":     {story(1, other), "in effect"},
		"agreed, on one word": {story(1, report(3, "Demo TV", "europe", "Deal", at(20, 2, 0), tagged("title", "stage", "agreed", "mechanism", "full"), claims("kyiv", "ukraine", "title"))), "announced by Ukraine alone"},
	} {
		f := factsOf(c.d)
		if got := phrase(f.mechanism, f.stage, f.committed, actor(f)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestABreachIsOneOfAnArrangementOnlyWhereOneStands(t *testing.T) {
	d := story(1, report(1, "Demo TV", "ukraine", "Kyiv accuses Moscow of a strike", at(20, 19, 0),
		tagged("title", "mechanism", "partial"), claims("kyiv", "ukraine", "title"),
		func(r *news.Report) {
			r.Tags = append(r.Tags, news.Tag{Facet: "stage", Value: "violation", Field: "title", Who: "ukraine"})
		}))
	stands := func(mechanism, stage string) []news.Position {
		return []news.Position{{Topic: "russia-ukraine", Mechanism: mechanism, Stage: stage, At: at(1, 1, 0)}}
	}
	for name, c := range map[string]struct {
		ledger  []news.Position
		want    string
		section string
		alleged bool
	}{
		"it stands":               {stands("partial", "in_effect"), "in effect, breaches alleged by Ukraine", sectionGround, true},
		"another truce stands":    {stands("full", "agreed"), "breaches alleged by Ukraine", sectionGround, true},
		"nothing is known":        {nil, "breaches alleged by Ukraine", sectionGround, true},
		"it is being talked of":   {stands("partial", "prep"), "accusation by Ukraine", sectionTalks, false},
		"an exchange is no truce": {append(stands("exchange", "in_effect"), stands("partial", "ended")...), "accusation by Ukraine", sectionTalks, false},
	} {
		e := quietEdition()
		e.Stories, e.Ledger = []news.Development{d}, c.ledger
		got, _ := Compose(e)
		if len(got.Entries) != 1 {
			t.Fatalf("%s: %d entries", name, len(got.Entries))
		}
		x := got.Entries[0]
		if x.Stands != c.want || x.Section != c.section || (len(x.Alleged) == 1 && x.Alleged[0] == "ukraine") != c.alleged {
			t.Errorf("%s: %q in %q, alleged by %q; want %q in %q, alleged %v", name, x.Stands, x.Section, x.Alleged, c.want, c.section, c.alleged)
		}
		if !strings.Contains(Render(got)[0].Plain, c.want) {
			t.Errorf("%s: the digest does not say %q", name, c.want)
		}
	}
}

func TestATroubleIsWordedForReaders(t *testing.T) {
	for trouble, want := range map[string]string{
		"127.0.0.1: connect: dial tcp 127.0.0.1:41233: connect: connection refused": "cannot be reached",
		"wire.example: HTTP 403 Forbidden":                                          "blocked",
		"wire.example: HTTP 429 Too Many Requests, asks to wait 5m0s":               "asks us to wait",
		"wire.example: HTTP 503 Service Unavailable":                                "its server is in trouble",
		"wire.example: timeout: took too long":                                      "does not answer in time",
		"wire.example: dns: lookup wire.example: no such host":                      "its address is not found",
		"wire.example: tls: x509: certificate has expired":                          "its certificate is not accepted",
		"read rss feed: no item is readable: the markup is broken":                  "holds no readable news",
		"gone":                    "no longer there",
		"blocked":                 "blocked",
		"":                        "",
		"sqlite_busy (5) at 0x7f": "could not be read",
	} {
		if got := plainTrouble(trouble); got != want {
			t.Errorf("%q: %q, want %q", trouble, got, want)
		}
	}
}

func TestABlindDigestNamesWhoseWordCouldBeMissing(t *testing.T) {
	e := quietEdition()
	e.Sources = sampleSources(e.Slot, 8)
	for i := range e.Sources {
		if s := &e.Sources[i]; s.Side == "independent" || s.Side == "mediator" || s.Side == "russia" {
			s.LastOK, s.Trouble = e.From.Add(-time.Hour), "dial tcp 127.0.0.1:9"
		}
	}
	d, _ := Compose(e)
	plain := Render(d)[0].Plain
	for _, want := range []string{"A statement from Moscow or a mediator could be missing.", "What independent sources report could be missing.", "cannot be reached"} {
		if !strings.Contains(plain, want) {
			t.Errorf("does not say %q:\n%s", want, plain)
		}
	}
	if strings.Contains(plain, "dial") || strings.Contains(plain, "from independent") {
		t.Errorf("speaks the machine's words:\n%s", plain)
	}
}

// A week whose sources could not be read is not a week in which nothing changed.
func TestABlindWeekIsNotAQuietOne(t *testing.T) {
	week := func(stories []news.Development, ledger []news.Position, dark int) Digest {
		e := weeklyEdition()
		e.Stories, e.Ledger = stories, ledger
		e.Sources = sampleSources(e.Slot, dark)
		for i := range e.Sources {
			if e.Sources[i].Trouble != "" {
				e.Sources[i].LastOK = e.From.Add(-time.Hour)
			}
		}
		d, _ := Compose(e)
		return d
	}
	full := weeklyEdition()
	for name, c := range map[string]struct {
		d     Digest
		want  string
		blind bool
	}{
		"nothing, and all was read":    {week(nil, nil, 0), "Week to Sat 21 Nov: 0 positions changed, 0 did not", false},
		"nothing, and little was read": {week(nil, nil, 7), "Week to Sat 21 Nov: cannot say whether anything changed, 1 of 8 Russian sources read", true},
		"news, and little was read":    {week(full.Stories, full.Ledger, 7), "Week to Sat 21 Nov: 3 positions changed, 2 did not as far as was read, 1 of 8 Russian sources", true},
	} {
		if c.d.Headline != c.want {
			t.Errorf("%s: headed %q, want %q", name, c.d.Headline, c.want)
		}
		m := Render(c.d)[0]
		if got := strings.Contains(m.Plain, "A statement from Moscow could be missing."); got != c.blind {
			t.Errorf("%s: says what could be missing: %v, want %v:\n%s", name, got, c.blind, m.Plain)
		}
	}
}

func TestADigestCountsTheArticlesThatTellItsDevelopments(t *testing.T) {
	e := quietEdition()
	old := report(3, "Example Wire", "independent", "Draft truce sent", at(19, 21, 0), tagged("title", "stage", "proposal"))
	e.Stories = []news.Development{story(1, old,
		report(1, "Example Wire", "independent", "Draft truce sent to both", at(20, 21, 0), tagged("title", "stage", "proposal")),
		report(2, "Demo TV", "europe", "Draft truce is sent", at(20, 21, 30), tagged("title", "stage", "proposal")))}
	d, _ := Compose(e)
	if line := windowLine(d); !strings.Contains(line, "1 development from 2 articles of 214 read") {
		t.Errorf("%q, want two articles of the window", line)
	}
}

func TestWhoAnswersInAnotherEntryIsNotUnheard(t *testing.T) {
	at19 := at(20, 19, 0)
	strike := tagged("title", "mechanism", "partial", "place", "sampleville")
	accused := story(1, report(1, "Placeholder Radio", "ukraine", "Kyiv accuses Moscow of a strike near Sampleville", at19, strike, tagged("title", "stage", "violation"), claims("kyiv", "ukraine", "title")))
	denial := func(place string) news.Development {
		return story(2, report(2, "Demo News", "russia", "Kremlin denies a strike", at19.Add(time.Hour), tagged("title", "mechanism", "partial", "place", place),
			func(r *news.Report) {
				r.Tags = append(r.Tags, news.Tag{Facet: "claim", Value: "denial", Field: "title", Who: "kremlin"})
			}))
	}
	for place, heard := range map[string]bool{"sampleville": true, "elsewhere": false} {
		e := quietEdition()
		e.Sources = sampleSources(e.Slot, 0)
		e.Stories = []news.Development{accused, denial(place)}
		d, _ := Compose(e)
		for _, x := range d.Entries {
			if x.Story == 1 && strings.Contains(x.Says, "Moscow not heard") == heard {
				t.Errorf("denied in %s: %q", place, x.Says)
			}
			if x.Story == 2 && x.Stands != "denied by Russia" {
				t.Errorf("the denial: %q, want it worded as one", x.Stands)
			}
		}
	}
}

// A source that was never asked, or not since the start, is neither silent nor unreadable.
func TestASourceNotAskedYetIsNotSilent(t *testing.T) {
	e := quietEdition()
	sources := func(f func(*news.Source)) news.Edition {
		x := e
		x.Sources = slices.Clone(e.Sources)
		for i := range x.Sources {
			if x.Sources[i].Side == "russia" {
				f(&x.Sources[i])
			}
		}
		d := story(3, report(30, "Ukrainian office", "ukraine", "Kyiv proposes a truce", e.Slot.Add(-8*time.Hour), tagged("title", "stage", "proposal", "mechanism", "full")))
		d.Reports[0].Official = true
		x.Stories = []news.Development{d}
		return x
	}
	for name, c := range map[string]struct {
		e         news.Edition
		want, not string
	}{
		"never asked":             {sources(func(s *news.Source) { *s = news.Source{Feed: s.Feed, Side: s.Side} }), "Moscow not read yet (0 of 8 sources)", "could not be read"},
		"not asked since a start": {sources(func(s *news.Source) { s.Unasked = true }), "Moscow not read yet (0 of 8 sources)", "could not be read"},
		"does not answer":         {sources(func(s *news.Source) { s.LastOK, s.Trouble = time.Time{}, "took too long" }), "Moscow could not be read (0 of 8 sources)", "not read yet"},
	} {
		d, _ := Compose(c.e)
		plain := Render(d)[0].Plain
		if !strings.Contains(plain, c.want) || strings.Contains(plain, c.not) || strings.Contains(plain, "Moscow not heard") || strings.Contains(plain, "nothing newer") {
			t.Errorf("%s: want %q and no %q:\n%s", name, c.want, c.not, plain)
		}
		if asked := !strings.Contains(plain, "Not asked yet: "); asked != (name == "does not answer") {
			t.Errorf("%s: the footer:\n%s", name, plain)
		}
		if s := c.e.Sources; len(s) == 0 || d.Coverage.Of != len(s) || d.Coverage.Read+len(d.Coverage.Not) != d.Coverage.Of {
			t.Errorf("%s: %d read and %d not, of %d", name, d.Coverage.Read, len(d.Coverage.Not), d.Coverage.Of)
		}
	}
}

// "Declared by Russia alone · Kyiv and Moscow both say so" would contradict itself.
func TestWhatOneSideDeclaredAndBothTellIsNotItsAlone(t *testing.T) {
	declared := func(id int, side, actor string) news.Report {
		return report(id, "Example Wire "+side, side, "Russia declares energy truce, "+actor+" says", at(20, 20, 0), bySpeaker("agreed", "partial", actor, side), tagged("title", "committed", "one:russia"))
	}
	for name, c := range map[string]struct {
		reports []news.Report
		want    string
	}{
		"one":  {[]news.Report{declared(1, "russia", "moscow")}, "declared by Russia alone"},
		"both": {[]news.Report{declared(1, "russia", "moscow"), declared(2, "ukraine", "kyiv")}, "declared by Russia"},
	} {
		e := quietEdition()
		e.Stories, e.Ledger = []news.Development{story(1, c.reports...)}, nil
		d, _ := Compose(e)
		if len(d.Entries) != 1 || d.Entries[0].Stands != c.want {
			t.Errorf("%s: %+v, want %q", name, d.Entries, c.want)
		}
	}
}
