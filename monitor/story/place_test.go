package story

import (
	"testing"
	"time"

	"trucewatch/internal/news"
)

var noon = time.Date(2025, 3, 20, 12, 0, 0, 0, time.UTC)

type report struct {
	title, lede, lang string
	after             time.Duration
}

func member(id int64, r report) news.Member {
	b, _ := Sketch(r.title, r.lede, "", r.lang, noon.Add(r.after), nil)
	return news.Member{Item: news.ItemID(id), Published: noon.Add(r.after), Sketch: b}
}

func prepared(id int64, r report) news.Prepared {
	b, keys := Sketch(r.title, r.lede, "", r.lang, noon.Add(r.after), nil)
	it := news.Item{ID: news.ItemID(id), Seen: noon.Add(r.after)}
	it.Published, it.Title = noon.Add(r.after), r.title
	return news.Prepared{Work: news.Work{Item: it}, Sketch: b, StoryKeys: keys}
}

func TestPlaceJoinsTheSameStatementAndNamesWhy(t *testing.T) {
	cands := []news.StoryCandidate{
		{Story: 7, Topic: "russia-ukraine", Members: []news.Member{
			member(1, report{"Rubio says peace deal for Ukraine still far off", "", "en", 0}),
			member(2, report{"Peace deal for Ukraine still far off, Rubio says", "", "en", time.Hour})}},
		{Story: 8, Topic: "russia-ukraine", Members: []news.Member{
			member(3, report{"Drone strike hits grain terminal in Odesa", "", "en", 0})}},
	}
	got := Place(prepared(9, report{"Rubio: Ukraine peace deal still far off", "", "en", 2 * time.Hour}), "russia-ukraine", cands)
	if got.Story != 7 || got.Why == "" {
		t.Fatalf("got %+v, want to join 7 with a reason", got)
	}
	other := Place(prepared(9, report{"Rubio: Ukraine peace deal still far off", "", "en", 2 * time.Hour}), "sudan", cands)
	if other.Story != 0 {
		t.Fatalf("got %+v, want no development of another topic", other)
	}
}
