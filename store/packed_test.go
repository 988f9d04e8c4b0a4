package store

import (
	"slices"
	"strings"
	"testing"

	"trucewatch/internal/news"
)

func TestTagsArePackedAndUnpacked(t *testing.T) {
	for _, tags := range [][]news.Tag{
		nil,
		{{}},
		{{Facet: "stage", Value: "agreed", Rule: "weights/model.stage.agreed", Match: "погодили", Field: "title", Lang: "uk", Who: "both"}},
		{{Facet: "place", Value: "sumy", Match: "Sumy\n\"oblast\""}, {Facet: "claim", Value: "fact"}, {Facet: "place", Value: "sumy"}},
	} {
		var got []news.Tag
		if err := unpackTags(packTags(tags), &got); err != nil || !slices.Equal(got, tags) {
			t.Errorf("got %+v, %v; want %+v", got, err, tags)
		}
	}
	var got []news.Tag
	if err := unpackTags(packTags([]news.Tag{{Facet: "place", Match: "a\x1eb\x1fc"}}), &got); err != nil || len(got) != 1 || got[0].Match != "a b c" {
		t.Errorf("separators in a field: got %+v, %v", got, err)
	}
	for _, damaged := range []string{"[]", `[{"facet":"stage"}]`, "x", "\x1e", "\x1ea\x1fb", "\x1e\x1f\x1f\x1f\x1f\x1f\x1f\x1f", packTags(make([]news.Tag, 2)) + "\x1f"} {
		if err := unpackTags(damaged, &got); err == nil {
			t.Errorf("%q is read as %+v", damaged, got)
		}
	}
}

// What is read is what would be written, or is refused.
func FuzzUnpackTags(f *testing.F) {
	f.Add(packTags([]news.Tag{{Facet: "stage", Value: "talks"}, {Facet: "place", Value: "sumy", Who: "local"}}))
	f.Add("\x1e\x1f")
	f.Fuzz(func(t *testing.T, col string) {
		var tags []news.Tag
		if unpackTags(col, &tags) == nil && packTags(tags) != col {
			t.Errorf("%q is read as %+v, which is %q", col, tags, packTags(tags))
		}
		if tags != nil && strings.Count(col, tagBegins) != len(tags) {
			t.Errorf("%d tags of %q", len(tags), col)
		}
	})
}

// A database of before holds its tags as JSON; they are the same after the upgrade, and
// are found as before.
func TestTagsOfAnOlderDatabaseAreKept(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1), entry(2), entry(3))
	judgeAll(t, s, day)
	tags := []news.Tag{{Facet: "stage", Value: "agreed", Rule: "r", Match: "it's \"agreed\"\nпогодили", Field: "title", Lang: "en", Who: "both"}, {Facet: "place", Value: "sumy", Rule: "p", Match: "Sumy"}}
	for _, do := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE items SET tags = ? WHERE id = 1`, []any{mustJSON(tags)}},
		{`UPDATE items SET tags = '' WHERE id = 2`, nil},
		{`DELETE FROM goose_db_version WHERE version_id >= 10`, nil},
	} {
		if _, err := s.w.Exec(do.sql, do.args...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.w.Exec(`UPDATE items SET tags = ? WHERE id = 3`, mustJSON(tags[1:])); err != nil {
		t.Fatal(err)
	}
	path := s.Path()
	s.Close()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all := export(t, s)
	for i, want := range [][]news.Tag{tags, {}, tags[1:]} {
		if got := all[i].Tags; !slices.Equal(got, want) {
			t.Errorf("item %d has %+v, want %+v", i+1, got, want)
		}
	}
	if got, err := s.Places(t.Context()); err != nil || !slices.Equal(got, []string{"sumy"}) {
		t.Errorf("places are %v, %v", got, err)
	}
	hits, _, err := s.Search(t.Context(), Search{Stage: "agreed"})
	if err != nil || len(hits) != 1 || hits[0].ID != 1 {
		t.Errorf("agreed: %+v, %v; want item 1", hits, err)
	}
}
