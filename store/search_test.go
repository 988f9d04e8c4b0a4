package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// searched is a store with items of these titles and texts, in order, a day apart.
func searched(t *testing.T, items ...[2]string) *Store {
	t.Helper()
	s := openStore(t)
	configure(t, s, news.Feed{Name: "archive", URL: "https://a.example", Side: "ukraine"})
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

func matched(q string) string {
	m, err := matchExpression(q)
	if err != nil {
		return err.Error()
	}
	return m
}

func found(t *testing.T, s *Store, q Search) []string {
	t.Helper()
	hits, total, err := s.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %q (%s): %v", q.Text, matched(q.Text), err)
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
		{"перемир'я", "Переговори в Стамбулі|Кремль о перемирии"},
		{"перемир’я", "Переговори в Стамбулі|Кремль о перемирии"},
		{"перемирʼям", "Переговори в Стамбулі|Кремль о перемирии"},
		{"перемиря", "Переговори в Стамбулі|Кремль о перемирии"},
		{"truces", ""},
		{"grai", ""},
		{"expor", "Grain exports rise"},
		{"cease-fire", ""},
		{"truce NOT Odesa", "Truce agreed"},
		{"truce AND Odesa", "Grain exports rise"},
		{`truce -"near Odesa"`, "Truce agreed"},
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

// A word is found in the endings and spellings that readers do not think of.
func TestSearchFindsAWordInItsOtherForms(t *testing.T) {
	for _, c := range []struct{ text, finds, misses string }{
		{"перемир'я тривало добу", "перемир'я перемир’я перемирʼя перемиря ПЕРЕМИР'Я перемир'ям перемир’ю", `"перемиря" мир'я`},
		{"перемирʼям загрожує обстріл", "перемир'я перемир’ям перемиря перемирʼя обстріли", ""},
		{"обидві сторони хочуть перемиря", "перемиря перемир'я сторона", ""},
		{"об'єкти енергетики", "об'єкт об’єктів обʼєктами енергетика", "об'їзд"},
		{"обʼєкт удару", "об'єкти об’єктом", ""},
		{"самолет сел в Стамбуле", "самолёт самолета Стамбул", ""},
		{"самолёт сел", "самолет самолёты", ""},
		{"Зеленский прибыл", "Зеленского зеленским", ""},
		{"three ceasefires in a row", "ceasefire Ceasefires", `"ceasefire" fires`},
		{"the cease-fire holds", "cease-fire", "ceasefire"},
		{"a ceasefire holds", "cease-fire ceasefire", ""},
		{"Waffenruhen wurden gebrochen", "Waffenruhe", ""},
		{"їжак", "їжак", "іжак"},
		{"Kyiv's offer", "Kyiv Kyiv's Kyivʼs", ""},
	} {
		s := searched(t, [2]string{"One", c.text})
		for _, q := range strings.Fields(c.finds) {
			if len(found(t, s, Search{Text: q})) != 1 {
				t.Errorf("%q is not found by %q (%s)", c.text, q, matched(q))
			}
		}
		for _, q := range strings.Fields(c.misses) {
			if len(found(t, s, Search{Text: q})) != 0 {
				t.Errorf("%q is found by %q (%s)", c.text, q, matched(q))
			}
		}
	}
}

func TestAQueryThatCannotBeUnderstoodSaysWhy(t *testing.T) {
	for q, want := range map[string]string{
		`"a phrase`:                      "never closed",
		"«перемир’я":                     "never closed",
		"OR truce":                       "OR stands between",
		"truce OR":                       "OR stands between",
		"truce OR OR deal":               "OR stands between",
		"truce NOT":                      "NOT stands between",
		"truce OR -deal":                 "neither of which must be absent",
		"-truce OR deal":                 "neither of which must be absent",
		"truce NEAR/3 deal":              "NEAR is not understood",
		"(truce OR deal) Odesa":          "parentheses are not understood",
		"-truce":                         "only what must not occur",
		"*":                              "no word to look for",
		`"…"`:                            "no word to look for",
		"tr*ce":                          "at the end of a word",
		strings.Repeat("w ", maxTerms+1): "more than 32 words",
		"—":                              "no word to look for",
	} {
		m, err := matchExpression(q)
		if _, ok := errors.AsType[*QueryError](err); !ok || !strings.Contains(err.Error(), want) || m != "" {
			t.Errorf("%q: %q, %v; want an error about %q", q, m, err, want)
		}
	}
	for _, q := range []string{"Kyiv (Ukraine) talks", "truce — a hope", "10:00 a.m.", "and or not"} {
		if _, err := matchExpression(q); err != nil {
			t.Errorf("%q: %v; want it looked for", q, err)
		}
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
		m, err := matchExpression(q)
		if err != nil {
			if _, ok := errors.AsType[*QueryError](err); !ok || m != "" {
				t.Errorf("query %q: %q, %v", q, m, err)
			}
			return
		}
		var n int
		if err := s.r.QueryRowContext(t.Context(), `SELECT count(*) FROM search WHERE search MATCH ?`, m).Scan(&n); err != nil {
			t.Errorf("query %q became %q: %v", q, m, err)
		}
	})
}
