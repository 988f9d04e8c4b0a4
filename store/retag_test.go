package store

import (
	"context"
	"slices"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// retag judges every stored item anew: what to leaves alone stays as it is.
func retag(t *testing.T, s *Store, now, heard time.Time, to func(*news.Prepared) bool) int {
	t.Helper()
	items, err := s.Tagged(t.Context(), 0, 100, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var batch []Retagging
	for _, it := range items {
		p := prepared(it.Work)
		p.Tags = slices.Clone(it.Tags)
		if to(&p) {
			batch = append(batch, Retagging{Before: it, Prepared: p})
		}
	}
	n, err := s.Retag(t.Context(), now, "rules", items[len(items)-1].Work.Item.ID, heard, batch, byTitle)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func guid(p *news.Prepared) string { return p.Work.Item.GUID }

// judgeAs judges what is pending; the items named are about nothing.
func judgeAs(t *testing.T, s *Store, now time.Time, none ...string) {
	t.Helper()
	works, err := s.Pending(t.Context(), now, 100)
	if err != nil {
		t.Fatal(err)
	}
	var batch []news.Prepared
	for _, w := range works {
		p := prepared(w)
		if slices.Contains(none, w.Item.GUID) {
			p.Topics = []news.Relevance{{Topic: "t", Relevance: news.None}}
			p.Tags, p.StoryKeys, p.Search = nil, nil, ""
		}
		batch = append(batch, p)
	}
	if _, err := s.Judge(t.Context(), now, batch, byTitle); err != nil {
		t.Fatal(err)
	}
}

func edition(t *testing.T, s *Store, slot time.Time) (e news.Edition) {
	t.Helper()
	if err := s.WouldCut(t.Context(), news.DigestSpec{Name: "d", Channel: "C1"}, slot, func(x news.Edition) { e = x }); err != nil {
		t.Fatal(err)
	}
	return e
}

func number(t *testing.T, s *Store, query string, args ...any) (n int64) {
	t.Helper()
	if err := s.r.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestWhatRetaggingFindsIsPlacedAndNotTellable(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	sight(t, s, "d", 24*time.Hour, day)
	poll(t, s, f, day, entry(1), entry(2))
	judgeAs(t, s, day, "g2")
	if n := retag(t, s, day.Add(time.Hour), day, func(p *news.Prepared) bool { return guid(p) == "g2" }); n != 1 {
		t.Fatalf("%d items written, want 1", n)
	}
	e := edition(t, s, day.Add(2*time.Hour))
	if len(e.Stories) != 1 || len(e.Stories[0].Reports) != 1 || e.Stories[0].Reports[0].Title != "Title 1" {
		t.Errorf("a digest may speak of %+v, want Title 1 alone", e.Stories)
	}
	if n := number(t, s, `SELECT live_seen FROM stories s JOIN members m ON m.story = s.id WHERE m.item = 2`); n != 0 {
		t.Errorf("the development of what retagging found was touched at %d, want never", n)
	}
	if n := number(t, s, `SELECT fresh FROM items WHERE id = 2`); n != 0 {
		t.Error("what retagging found may still be told: it is not history")
	}
	var previewed []string
	p, err := s.Preview(t.Context(), news.DigestSpec{}, day.Add(-48*time.Hour), day.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range p.Stories {
		previewed = append(previewed, d.Reports[0].Title)
	}
	if !slices.Equal(previewed, []string{"Title 1", "Title 2"}) {
		t.Errorf("a preview shows %v, want both", previewed)
	}
	if n := number(t, s, `SELECT count(*) FROM search WHERE search MATCH 'summary'`); n != 2 {
		t.Errorf("%d items found by search, want 2", n)
	}
}

func TestWhatRetaggingDropsLeavesDigestsAndKeepsWhatWasTold(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	sight(t, s, "d", 24*time.Hour, day)
	poll(t, s, f, day, entry(1), entry(2))
	judgeAll(t, s, day)
	told := news.Told{Story: 1, Headline: "Title 1", Items: map[news.ItemID]int{1: 1}}
	_, err := s.CutDigest(t.Context(), news.DigestSpec{Name: "d", Channel: "C1"}, day, day, nil, func(news.Edition) news.Cut {
		return news.Cut{Kind: "digest", Messages: []news.Message{{Kind: "digest", Part: 1, Text: "x"}}, Told: []news.Told{told}}
	})
	if err != nil {
		t.Fatal(err)
	}
	none := func(p *news.Prepared) bool {
		p.Topics, p.Tags, p.Search = []news.Relevance{{Topic: "t", Relevance: news.None}}, nil, ""
		return true
	}
	if n := retag(t, s, day, day, none); n != 2 {
		t.Fatalf("%d items written, want 2", n)
	}
	if e := edition(t, s, day.Add(time.Hour)); len(e.Stories) != 0 {
		t.Errorf("digests still speak of %+v", e.Stories)
	}
	for query, want := range map[string]int64{
		`SELECT count(*) FROM members`:                           0,
		`SELECT count(*) FROM stories`:                           1, // the told one's row
		`SELECT count(*) FROM told`:                              1,
		`SELECT count(*) FROM search`:                            0,
		`SELECT count(*) FROM items WHERE relevance = 'none'`:    2,
		`SELECT count(*) FROM items WHERE tags <> ''`:            0,
		`SELECT count(*) FROM items WHERE verdict = 'new'`:       2,
		`SELECT count(*) FROM imports WHERE source = 'retag'`:    1,
		`SELECT count(*) FROM items i WHERE i.state <> 'judged'`: 0,
	} {
		if n := number(t, s, query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
}

// Whom a development was told of knows its changed reports; what every digest
// passed over is history; what none had before its eyes yet stays to be told.
func TestChangedTagsCauseNoTellingOfOldNews(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1), entry(2))
	judgeAll(t, s, day)
	told := news.Told{Story: 1, Headline: "Title 1"}
	_, err := s.CutDigest(t.Context(), news.DigestSpec{Name: "d", Channel: "C1"}, day.Add(time.Minute), day.Add(time.Minute), nil, func(news.Edition) news.Cut {
		return news.Cut{Kind: "digest", Messages: []news.Message{{Kind: "digest", Part: 1, Text: "x"}}, Told: []news.Told{told}}
	})
	if err != nil {
		t.Fatal(err)
	}
	poll(t, s, f, day.Add(time.Hour), entry(3))
	judgeAll(t, s, day.Add(time.Hour))
	agreed := func(p *news.Prepared) bool {
		p.Tags = []news.Tag{{Facet: "stage", Value: "agreed"}, {Facet: "committed", Value: "both"}}
		return true
	}
	if n := retag(t, s, day.Add(2*time.Hour), day.Add(time.Minute), agreed); n != 3 {
		t.Fatalf("%d items written, want 3", n)
	}
	e := edition(t, s, day.Add(3*time.Hour))
	got := map[string][2]bool{} // fresh, known to the channel
	for _, d := range e.Stories {
		for _, r := range d.Reports {
			known := false
			if d.Told != nil {
				_, known = d.Told.Items[r.Item]
			}
			got[r.Title] = [2]bool{r.Fresh, known}
			if r.Tags[0].Value != "agreed" {
				t.Errorf("%s has tags %v", r.Title, r.Tags)
			}
		}
	}
	for title, want := range map[string][2]bool{"Title 1": {true, true}, "Title 2": {false, false}, "Title 3": {true, false}} {
		if got[title] != want {
			t.Errorf("%s: fresh and known %v, want %v", title, got[title], want)
		}
	}
}

func TestRetaggingGoesOnWhereItStopped(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1), entry(2), entry(3))
	judgeAll(t, s, day)
	if _, err := s.Retag(t.Context(), day, "rules", 2, day, nil, byTitle); err != nil {
		t.Fatal(err)
	}
	progress := func(rules string) news.ItemID {
		id, err := s.RetagProgress(t.Context(), rules)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if id := progress("rules"); id != 2 {
		t.Errorf("goes on after %d, want 2", id)
	}
	if n, err := s.CountTagged(t.Context(), 2); err != nil || n != 1 {
		t.Errorf("%d items left (%v), want 1", n, err)
	}
	if id := progress("other rules"); id != 0 {
		t.Errorf("other rules go on after %d, want from the start", id)
	}
	if err := s.FinishRetag(t.Context(), day); err != nil {
		t.Fatal(err)
	}
	if id := progress("rules"); id != 0 {
		t.Errorf("after its end it goes on after %d, want from the start", id)
	}
	// A stop inside a transaction leaves nothing of it.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Retag(ctx, day, "rules", 3, day, nil, byTitle); err == nil {
		t.Error("a stopped transaction reports no error")
	}
	if id := progress("rules"); id != 0 {
		t.Errorf("a stopped transaction recorded %d", id)
	}
}

func TestAnItemRevisedMeanwhileIsLeftToItsNextJudgement(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1))
	judgeAll(t, s, day)
	items, err := s.Tagged(t.Context(), 0, 10, 1<<20)
	if err != nil || len(items) != 1 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	e := entry(1)
	e.Summary = "Another summary"
	poll(t, s, f, day.Add(time.Hour), e)
	p := prepared(items[0].Work)
	p.Topics = nil
	n, err := s.Retag(t.Context(), day, "rules", 1, day, []Retagging{{Before: items[0], Prepared: p}}, byTitle)
	if err != nil || n != 0 {
		t.Errorf("%d written (%v), want none", n, err)
	}
	if n := number(t, s, `SELECT count(*) FROM members`); n != 1 {
		t.Errorf("%d memberships, want the one there was", n)
	}
}

func TestAPrunedTextIsKnownByItsHash(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	bare := entry(2)
	bare.Summary = ""
	poll(t, s, f, day, entry(1), bare)
	judgeAll(t, s, day)
	if _, n, err := s.PruneTexts(t.Context(), 0, day.Add(time.Hour), day.Add(time.Hour), 10); err != nil || n != 1 {
		t.Fatalf("%d texts pruned (%v), want 1", n, err)
	}
	items, err := s.Tagged(t.Context(), 0, 10, 1<<20)
	if err != nil || len(items) != 2 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	if !items[0].Pruned("v1:of the title alone") {
		t.Error("an item whose text was pruned is to be judged by its title")
	}
	if items[1].Pruned(items[1].Hash) {
		t.Error("an item that never had more than a title counts as pruned")
	}
}

func TestTaggedIsBoundedByTheSizeOfItsTexts(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1), entry(2), entry(3))
	judgeAll(t, s, day)
	items, err := s.Tagged(t.Context(), 0, 10, 12)
	if err != nil || len(items) != 2 {
		t.Fatalf("%d items (%v), want the 2 that fill 12 bytes", len(items), err)
	}
	if items[1].Work.Feed.Name != "wire" || items[1].Verdict.Kind != news.New {
		t.Errorf("item %+v lacks its feed or verdict", items[1])
	}
}
