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
