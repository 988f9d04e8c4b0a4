package store

import (
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// searched is a store with items of these titles and texts, in order, a day apart.
func searched(t *testing.T, items ...[2]string) *Store {
	t.Helper()
	s := openStore(t)
	if err := s.SyncFeeds(t.Context(), []news.Feed{{Name: "archive", URL: "https://a.example", Side: "ukraine"}}); err != nil {
		t.Fatal(err)
	}
	var es []news.Entry
	for i, it := range items {
		e := entry(i)
		e.Title, e.Summary, e.Published = it[0], it[1], day.Add(time.Duration(i-len(items))*24*time.Hour)
		es = append(es, e)
	}
	if got := take(t, s, stretch(t, s, "archive", 0, es...), 99); got.Overlap.New != len(items) {
		t.Fatalf("imported %+v, want %d", got, len(items))
	}
	return s
}

func found(t *testing.T, s *Store, q Search) []string {
	t.Helper()
	hits, total, err := s.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %q (%s): %v", q.Text, MatchExpression(q.Text), err)
	}
	if total < len(hits) {
		t.Errorf("search %q: %d hits of %d", q.Text, len(hits), total)
	}
	var out []string
	for _, h := range hits {
		out = append(out, h.Title)
	}
	return out
}

func TestSearchFindsWordsInAnyLanguageAndRanksTheTitleAboveTheText(t *testing.T) {
	s := searched(t,
		[2]string{"Переговори в Стамбулі", "Україна запропонувала перемир'я на тридцять днів"},
		[2]string{"Кремль о перемирии", "Песков сказал, что условий для перемирия нет"},
		[2]string{"Truce agreed", "Nothing else to say about it"},
		[2]string{"Grain exports rise", "Traders hope that a truce will hold near Odesa, though no truce was signed and many words follow here"},
		[2]string{"NOT AND OR NEAR", "operators are words too"},
	)
	for _, c := range []struct {
		q    string
		want string
	}{
		{"truce", "Truce agreed|Grain exports rise"},
		{"TRUCE", "Truce agreed|Grain exports rise"},
		{"truce -Odesa", "Truce agreed"},
		{"truce Odesa", "Grain exports rise"},
		{`"a truce will"`, "Grain exports rise"},
		{`"will truce a"`, ""},
		{"expor*", "Grain exports rise"},
		{"перемирие", "Кремль о перемирии|Переговори в Стамбулі"}, // the Ukrainian word divides behind the same stem
		{"ПЕРЕМИРИИ", "Кремль о перемирии|Переговори в Стамбулі"},
		{`"перемирии"`, "Кремль о перемирии"},
		{"перемир'я", "Переговори в Стамбулі"},
		{"перемир’я", "Переговори в Стамбулі"},
		{"стамбул", "Переговори в Стамбулі"},
		{"Odesa OR стамбулі", "Grain exports rise|Переговори в Стамбулі"},
		{"near", "Grain exports rise|NOT AND OR NEAR"},
	} {
		got := found(t, s, Search{Text: c.q})
		want := strings.FieldsFunc(c.want, func(r rune) bool { return r == '|' })
		if len(got) != len(want) {
			t.Errorf("search %q: %q, want %q", c.q, got, want)
			continue
		}
		for _, w := range want {
			if !strings.Contains(strings.Join(got, "|"), w) {
				t.Errorf("search %q: %q, want %q", c.q, got, want)
			}
		}
	}
	if got := found(t, s, Search{Text: "truce"}); got[0] != "Truce agreed" {
		t.Errorf("best hit %q, want the one with the word in its title", got[0])
	}
	hits, _, err := s.Search(t.Context(), Search{Text: "перемирия"})
	if err != nil || len(hits) != 2 || !strings.Contains(hits[0].Snippet, MarkOn+"перемирия"+MarkOff) {
		t.Errorf("hits %+v, %v; want the matched word marked", hits, err)
	}
}

func TestSearchNarrowsByWindowTopicStagePlaceAndSide(t *testing.T) {
	s := searched(t, [2]string{"One truce", "a"}, [2]string{"Two truces", "truce b"}, [2]string{"Three", "truce c"})
	for _, c := range []struct {
		name string
		q    Search
		want int
	}{
		{"all", Search{}, 3},
		{"words", Search{Text: "truce"}, 3},
		{"limit", Search{Text: "truce", Limit: 2}, 2},
		{"since", Search{Text: "truce", Since: day.Add(-48 * time.Hour)}, 2},
		{"until", Search{Text: "truce", Until: day.Add(-48 * time.Hour)}, 1},
		{"topic", Search{Text: "truce", Topic: "t"}, 3},
		{"other topic", Search{Topic: "other"}, 0},
		{"stage", Search{Stage: "talks"}, 3},
		{"other stage", Search{Stage: "ended"}, 0},
		{"place", Search{Place: "odesa"}, 0},
		{"side", Search{Text: "truce", Side: "ukraine"}, 3},
		{"other side", Search{Text: "truce", Side: "russia"}, 0},
	} {
		if got := found(t, s, c.q); len(got) != c.want {
			t.Errorf("%s: %q, want %d", c.name, got, c.want)
		}
	}
	if got := found(t, s, Search{}); got[0] != "Three" {
		t.Errorf("without words %q, want the newest first", got)
	}
}

// Whatever a person writes is a valid query or none.
func FuzzSearch(f *testing.F) {
	for _, q := range []string{"truce", `"`, `""`, "a OR", "OR b", "-", "--a", "a -b -c", `-"a b`, "a*b*", "NEAR/3 x", "(", ")", "col:x", "title:a", "перемир'я*", "^a", "a AND NOT b", "\x00", "\xff", "ʼ", "a\u0301", "*", `"*"`, "OR OR OR", "½ x"} {
		f.Add(q)
	}
	s, err := Open(f.Context(), f.TempDir()+"/t.db")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, q string) {
		m := MatchExpression(q)
		if m == "" {
			return
		}
		var n int
		if err := s.r.QueryRowContext(t.Context(), `SELECT count(*) FROM search WHERE search MATCH ?`, m).Scan(&n); err != nil {
			t.Errorf("query %q became %q: %v", q, m, err)
		}
	})
}
