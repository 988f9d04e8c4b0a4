package monitor

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"trucewatch/internal/news"
)

func report(item int, publisher, stage string, at time.Time, more ...news.Tag) news.Report {
	tags := append([]news.Tag{{Facet: "mechanism", Value: "full", Field: "title"}, {Facet: "stage", Value: stage, Field: "title"}, {Facet: "claim", Value: "fact", Field: "title"}}, more...)
	return news.Report{Item: news.ItemID(item), Publisher: publisher, Feed: publisher, Published: at, Seen: at, Relevance: news.Main, First: news.New, Verdict: news.New, Tags: tags, Title: publisher}
}

func TestTwoOriginsMoveTheLedgerAndOneMakesAClaim(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	d := news.Development{ID: 7, Topic: "t", Reports: []news.Report{report(1, "Wire", "proposal", at)}}
	got := moveLedger(nil, d)
	if len(got) != 1 || got[0].Stage != "proposal" || !got[0].Claim || got[0].Item != 1 || got[0].Story != 7 {
		t.Fatalf("one origin: %+v, want a claimed proposal", got)
	}
	d.Reports = append(d.Reports, report(2, "Paper", "proposal", at.Add(time.Hour)))
	if got = moveLedger(got, d); len(got) != 1 || got[0].Claim {
		t.Errorf("two origins: %+v, want the claim to stand", got)
	}
	if got := moveLedger(got, d); len(got) != 0 {
		t.Errorf("the same again: %+v, want no move", got)
	}
}

func TestOpinionDenialAndPredictionMoveNothing(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, tag := range []news.Tag{{Facet: "genre", Value: "opinion"}, {Facet: "genre", Value: "live"}} {
		if got := moveLedger(nil, news.Development{Topic: "t", Reports: []news.Report{report(1, "Wire", "agreed", at, tag)}}); len(got) != 0 {
			t.Errorf("%s: %+v, want no move", tag.Value, got)
		}
	}
	for _, claim := range []string{"denial", "prediction", "negated", "historical"} {
		r := report(1, "Wire", "agreed", at)
		r.Tags[2].Value = claim
		if got := moveLedger(nil, news.Development{Topic: "t", Reports: []news.Report{r}}); len(got) != 0 {
			t.Errorf("%s: %+v, want no move", claim, got)
		}
	}
}

func TestAStageEarnedByANameMovesNothing(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	r := report(1, "Wire", "reject", at, news.Tag{Facet: "actor", Value: "russia", Match: "Russia"})
	r.Tags[1].Match = "Russia"
	if got := moveLedger(nil, news.Development{Topic: "t", Reports: []news.Report{r}}); len(got) != 0 {
		t.Errorf("%+v, want no move", got)
	}
}

func TestALocalArrangementHasItsOwnLine(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	r := report(1, "Wire", "in_effect", at, news.Tag{Facet: "place", Value: "sampleville", Who: "local"})
	r.Tags[0].Value = "humanitarian"
	got := moveLedger(nil, news.Development{Topic: "t", Reports: []news.Report{r}})
	if len(got) != 1 || got[0].Place != "sampleville" || got[0].Mechanism != "humanitarian" {
		t.Errorf("%+v, want a line for sampleville", got)
	}
}

func TestWhereATruceWasBrokenIsNotWhereItHolds(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	breach := report(2, "Wire", "violation", at.Add(time.Hour), news.Tag{Facet: "place", Value: "sampleville", Who: "local"})
	breach.Tags[0].Value = "partial"
	d := news.Development{Topic: "t", Reports: []news.Report{breach}}
	if got := moveLedger(nil, d); len(got) != 0 {
		t.Errorf("with no truce known: %+v, want no move", got)
	}
	stands := []news.Position{{Topic: "t", Mechanism: "partial", Stage: "in_effect", At: at}}
	if got := moveLedger(stands, d); len(got) != 1 || got[0].Place != "" || got[0].Stage != "violation" || !got[0].Claim {
		t.Errorf("%+v, want a claimed breach of the truce that stands", got)
	}
	end := report(3, "Wire", "ended", at.Add(2*time.Hour), news.Tag{Facet: "place", Value: "sampleville", Who: "local"})
	end.Tags[0].Value = "partial"
	if got := moveLedger(stands, news.Development{Topic: "t", Reports: []news.Report{end}}); len(got) != 1 || got[0].Place != "" || got[0].Stage != "ended" {
		t.Errorf("%+v, want the truce that stands ended over what happened at sampleville", got)
	}
	stands[0].Place = "sampleville"
	if got := moveLedger(stands, d); len(got) != 1 || got[0].Place != "sampleville" {
		t.Errorf("%+v, want a breach of the truce of sampleville", got)
	}
}

func TestOnlyWhatIsArrangedHasADateAhead(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	item := func(stage string) news.Prepared {
		return news.Prepared{Lang: "en", Topics: []news.Relevance{{Topic: "t", Relevance: news.Main}},
			Tags: []news.Tag{{Facet: "stage", Value: stage, Field: "title"}, {Facet: "mechanism", Value: "partial", Field: "title"}, {Facet: "claim", Value: "fact", Field: "title"}},
			Work: news.Work{Item: news.Item{Entry: news.Entry{Title: "A 30-day energy truce", Summary: "The truce would hold for 30 days.", Published: at}}}}
	}
	for stage, want := range map[string]bool{"agreed": true, "in_effect": true, "proposal": false, "reject": false, "signal": false, "ended": false} {
		if got := statedDates(item(stage)); (len(got) > 0) != want {
			t.Errorf("%s: dates %+v, want some: %v", stage, got, want)
		}
	}
}

func TestWhatIsLeftOutOfAReportMovesNothing(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	var reports, left []news.Report
	for i, stage := range []string{"proposal", "agreed", "reject", "agreed", "agreed", "violation", "in_effect"} {
		r := report(i+1, fmt.Sprint("Paper ", i%5), stage, at.Add(time.Duration(i)*time.Hour),
			news.Tag{Facet: "issue", Value: "elections", Match: "vote"}, news.Tag{Facet: "committed", Value: "both"}, news.Tag{Facet: "origin", Value: "wire", Match: "Wire", Field: "lede"})
		switch i {
		case 2:
			r.Tags[1].Match, r.Tags[3].Facet, r.Tags[3].Match = "Talks", "actor", "Talks" // a stage that a name earned
		case 3:
			r.Tags[2].Value = "prediction"
		case 4:
			r.Tags[5].Value, r.Tags[0].Value = "agency", "partial"
			r.Tags = append(r.Tags, news.Tag{Facet: "place", Value: "sampleville", Who: "local"})
		}
		reports = append(reports, r)
		if r, ok := moving(r); ok {
			left = append(left, r)
		} else if i != 2 && i != 3 {
			t.Errorf("report %d, %s: left out", i, stage)
		}
	}
	want := moveLedger(nil, news.Development{ID: 7, Topic: "t", Reports: reports})
	got := moveLedger(nil, news.Development{ID: 7, Topic: "t", Reports: left})
	if len(want) < 4 || !reflect.DeepEqual(got, want) {
		t.Errorf("of what is left:\n%+v\nof all:\n%+v", got, want)
	}
	if len(left) != len(reports)-2 || len(left[0].Tags) > 4 {
		t.Errorf("%d of %d reports left, the first with %d tags", len(left), len(reports), len(left[0].Tags))
	}
}

// A date set by others does not undo a side's "no"; its own word does, and so does the
// meeting itself.
func TestARefusalStandsUntilThatSideConsentsOrItHasHappened(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	said := func(actor, side string) []news.Tag {
		return []news.Tag{{Facet: "actor", Value: actor, Field: "title", Who: side, Match: actor}, {Facet: "claim", Value: "claim", Field: "title", Who: actor, Match: "says"}}
	}
	named := func(actor, side string) news.Tag {
		return news.Tag{Facet: "actor", Value: actor, Field: "title", Who: side, Match: actor}
	}
	by := func(r news.Report, side string) news.Report {
		for i := range r.Tags {
			if r.Tags[i].Facet == "stage" {
				r.Tags[i].Who = side
			}
		}
		return r
	}
	no := by(report(1, "Wire", "reject", at), "x")
	for name, c := range map[string]struct {
		then []news.Report
		want string
		by   string
	}{
		"a mediator sets a date":              {[]news.Report{report(2, "Agency", "prep", at, said("m", "mediator")...), report(3, "Paper", "prep", at, said("m", "mediator")...)}, "reject", "one:x"},
		"the other side confirms it":          {[]news.Report{report(2, "Agency", "prep", at, said("why", "y")...)}, "reject", "one:x"},
		"it sends its team itself":            {[]news.Report{report(2, "Agency", "prep", at, said("ex", "x")...)}, "prep", ""},
		"nobody speaks, and it is named":      {[]news.Report{report(2, "Agency", "prep", at, named("ex", "x"), named("why", "y"))}, "prep", ""},
		"new terms are tabled":                {[]news.Report{report(2, "Agency", "proposal", at)}, "reject", "one:x"},
		"the other side accepts":              {[]news.Report{by(report(2, "Agency", "accept", at), "y")}, "reject", "one:x"},
		"it accepts":                          {[]news.Report{by(report(2, "Agency", "accept", at), "x")}, "accept", "one:x"},
		"the other refuses too":               {[]news.Report{by(report(2, "Agency", "reject", at), "y")}, "reject", "both"},
		"others hold talks":                   {[]news.Report{report(2, "Agency", "talks", at, named("why", "y"), named("m", "mediator"))}, "reject", "one:x"},
		"one report has it meet the other":    {[]news.Report{report(2, "Agency", "talks", at, named("why", "y"), named("ex", "x"))}, "reject", "one:x"},
		"it meets the other":                  {[]news.Report{report(2, "Agency", "talks", at, named("why", "y"), named("ex", "x")), report(3, "Paper", "talks", at, named("why", "y"), named("ex", "x"))}, "talks", ""},
		"the other declares alone":            {[]news.Report{report(2, "Agency", "agreed", at, news.Tag{Facet: "committed", Value: "one:y", Field: "title"})}, "reject", "one:x"},
		"a mediator announces it":             {[]news.Report{report(2, "Agency", "agreed", at, news.Tag{Facet: "committed", Value: "third", Field: "title"})}, "reject", "one:x"},
		"both agreed":                         {[]news.Report{report(2, "Agency", "agreed", at, news.Tag{Facet: "committed", Value: "both", Field: "title"}), report(3, "Paper", "agreed", at, news.Tag{Facet: "committed", Value: "both", Field: "title"})}, "agreed", "both"},
		"it holds":                            {[]news.Report{report(2, "Agency", "in_effect", at)}, "in_effect", ""},
		"it consents, and then refuses again": {[]news.Report{by(report(2, "Agency", "accept", at), "x"), by(report(3, "Paper", "reject", at), "x")}, "reject", "one:x"},
	} {
		d := news.Development{ID: 7, Topic: "t", Reports: []news.Report{no}}
		got := moveLedger(nil, d)
		stands := got
		for i, r := range c.then {
			r.Published = at.Add(time.Duration(i+1) * time.Hour)
			r.Seen = r.Published
			for _, with := range []bool{false, true} { // read whole, and as it is remembered
				if left, ok := moving(r); with && (!ok || len(moveLedger(stands, news.Development{ID: 8, Topic: "t", Reports: []news.Report{left}})) != len(moveLedger(stands, news.Development{ID: 8, Topic: "t", Reports: []news.Report{r}}))) {
					t.Errorf("%s: what is left of report %d does not move the ledger as it does", name, r.Item)
				}
			}
			if c.want == "agreed" || c.want == "talks" { // two origins together
				d.Reports = append(d.Reports, r)
				stands = append(stands, moveLedger(stands, d)...)
				continue
			}
			stands = append(stands, moveLedger(stands, news.Development{ID: news.StoryID(8 + i), Topic: "t", Reports: []news.Report{r}})...)
		}
		last := stands[len(stands)-1]
		if last.Stage != c.want || last.Committed != c.by {
			t.Errorf("%s: %s by %q, want %s by %q", name, last.Stage, last.Committed, c.want, c.by)
		}
	}
}

func TestNobodysRefusalYieldsToAPlan(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	stands := moveLedger(nil, news.Development{ID: 7, Topic: "t", Reports: []news.Report{report(1, "Wire", "reject", at)}})
	if got := moveLedger(stands, news.Development{ID: 8, Topic: "t", Reports: []news.Report{report(2, "Paper", "prep", at.Add(time.Hour))}}); len(got) != 1 || got[0].Stage != "prep" {
		t.Errorf("%+v, want a meeting being arranged: it is not known who refused", got)
	}
}
