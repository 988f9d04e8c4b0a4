package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trucewatch/internal/news"
)

// Search is what is looked for among the items that are about a topic. Zero
// fields select all.
type Search struct {
	Text         string    // words, "phrases", begin*, -without; "" selects by the rest alone, newest first
	Topic        string    // main or mention of it
	Stage, Place string    // facet values
	Side         string    // of the source
	Since, Until time.Time // of the news time; Until is exclusive
	Limit        int       // hits returned at most; 0 is 20
}

// Hit is one item found.
type Hit struct {
	news.Exported
	Score   float64 `json:"score"`   // BM25 over title and text; 0 without words to look for
	Snippet string  `json:"snippet"` // the text around what matched, MarkOn and MarkOff around each word that did
}

// MarkOn and MarkOff stand around matched words in a snippet.
const (
	MarkOn  = "\x02"
	MarkOff = "\x03"
)

const (
	searchLimit  = 20
	searchRanked = 50_000 // of more matches only the newest are ranked
	snippetWords = 24
	maxTerms     = 32 // of a query; what follows is left out
)

// Find by text: BM25 (Robertson and Zaragoza, 2009) with the usual constants; a
// word in the title counts three times one in the text.
const (
	bm25K = 1.2
	bm25B = 0.75
)

var columnWeights = [2]float64{3, 1} // title, body

// Search returns the items found, best first, and how many there are in all; more
// than searchRanked are not counted. A query without a word that can be looked
// for is news.ErrNotFound.
func (s *Store) Search(ctx context.Context, q Search) (hits []Hit, total int, err error) {
	if q.Limit <= 0 {
		q.Limit = searchLimit
	}
	match := ""
	if strings.TrimSpace(q.Text) != "" {
		if match = MatchExpression(q.Text); match == "" {
			return nil, 0, fmt.Errorf("%q holds no word to look for: %w", q.Text, news.ErrNotFound)
		}
	}
	ids, scores, err := s.rank(ctx, q, match)
	if err != nil {
		return nil, 0, classify(err)
	}
	total = len(ids)
	ids = ids[:min(len(ids), q.Limit)]
	for _, id := range ids {
		h := Hit{Score: scores[id]}
		rows, err := s.exportPage(ctx, `WHERE i.id = ?`, id)
		if err != nil {
			return nil, 0, classify(err)
		}
		if len(rows) == 0 {
			continue
		}
		h.Exported, h.Snippet = rows[0], rows[0].Summary
		if match != "" {
			err := s.r.QueryRowContext(ctx, `SELECT snippet(search, ?, ?, '…', 1, ?) FROM search WHERE search MATCH ? AND rowid = ?`, MarkOn, MarkOff, snippetWords, match, id).Scan(&h.Snippet)
			if err != nil {
				return nil, 0, classify(err)
			}
		}
		hits = append(hits, h)
	}
	return hits, total, nil
}

// rank returns the ids of what matches, best first.
func (s *Store) rank(ctx context.Context, q Search, match string) ([]int64, map[int64]float64, error) {
	where, args := []string{"i.state = 'judged'", "i.relevance IN ('main', 'mention')"}, []any{}
	and := func(sql string, a ...any) {
		where, args = append(where, sql), append(args, a...)
	}
	if match != "" {
		and(`search MATCH ?`, match)
	}
	if !q.Since.IsZero() {
		and(`i.news_time >= ?`, ms(q.Since))
	}
	if !q.Until.IsZero() {
		and(`i.news_time < ?`, ms(q.Until))
	}
	if q.Side != "" {
		and(`f.side = ?`, q.Side)
	}
	if q.Topic != "" {
		and(`EXISTS (SELECT 1 FROM json_each(nullif(i.topics, '')) t WHERE t.value ->> 'topic' = ? AND t.value ->> 'relevance' <> 'none')`, q.Topic)
	}
	for facet, value := range map[string]string{"stage": q.Stage, "place": q.Place} {
		if value != "" {
			and(`EXISTS (SELECT 1 FROM json_each(nullif(i.tags, '')) t WHERE t.value ->> 'facet' = ? AND t.value ->> 'value' = ?)`, facet, value)
		}
	}
	info := `x''`
	if match != "" {
		info = `matchinfo(search, 'pcnalx')`
	}
	rows, err := s.r.QueryContext(ctx, `SELECT i.id, i.news_time, `+info+` FROM search JOIN items i ON i.id = search.rowid JOIN feeds f ON f.id = i.feed
		WHERE `+strings.Join(where, " AND ")+` ORDER BY search.rowid DESC LIMIT ?`, append(args, searchRanked)...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	type found struct {
		id, when int64
		score    float64
	}
	var all []found
	for rows.Next() {
		var f found
		var blob []byte
		if err := rows.Scan(&f.id, &f.when, &blob); err != nil {
			return nil, nil, err
		}
		f.score = bm25(blob)
		all = append(all, f)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.when, a.when), cmp.Compare(b.id, a.id))
	})
	ids, scores := make([]int64, len(all)), make(map[int64]float64, len(all))
	for i, f := range all {
		ids[i], scores[f.id] = f.id, f.score
	}
	return ids, scores, nil
}

// bm25 scores a row by its matchinfo 'pcnalx': phrases, columns, rows, the mean
// and this row's length of each column, and for each phrase and column its hits
// in this row, in all rows, and the rows with hits.
func bm25(blob []byte) float64 {
	v := func(i int) float64 {
		if 4*i+4 > len(blob) {
			return 0
		}
		return float64(binary.NativeEndian.Uint32(blob[4*i:]))
	}
	phrases, columns, n := int(v(0)), int(v(1)), v(2)
	mean, length, x := 3, 3+columns, 3+2*columns
	score := 0.0
	for p := range phrases {
		for c := range min(columns, len(columnWeights)) {
			at := x + 3*(p*columns+c)
			hits, docs := v(at), v(at+2)
			if hits == 0 {
				continue
			}
			idf := math.Log(1 + (n-docs+.5)/(docs+.5))
			score += columnWeights[c] * idf * hits * (bm25K + 1) / (hits + bm25K*(1-bm25B+bm25B*v(length+c)/max(v(mean+c), 1)))
		}
	}
	return score
}

// MatchExpression turns what a person wrote into a full-text query that is valid
// whatever it holds: words that all must occur, "phrases", begin* for what begins
// so, -word for what must not occur, OR between alternatives. A Cyrillic word is
// found in its other endings too. It is "" when there is nothing to look for.
func MatchExpression(s string) string {
	var all, none []string
	or := false
	n := 0
	for _, t := range terms(s) {
		if n++; n > maxTerms {
			break
		}
		if t.word == "OR" && !t.quoted {
			or = len(all) > 0
			continue
		}
		e := t.expression()
		switch {
		case e == "":
		case t.not:
			none = append(none, e)
		case or:
			all[len(all)-1] = "(" + all[len(all)-1] + " OR " + e + ")"
		default:
			all = append(all, e)
		}
		or = false
	}
	if len(all) == 0 {
		return ""
	}
	out := strings.Join(all, " AND ")
	for _, e := range none {
		out = "(" + out + ") NOT " + e
	}
	return out
}

// term is a word or phrase of a query.
type term struct {
	word        string
	quoted, not bool
}

func terms(s string) (out []term) {
	s = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`).Replace(strings.ToValidUTF8(s, " "))
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 1 {
			not := len(out) > 0 && out[len(out)-1].word == "-"
			if not {
				out = out[:len(out)-1]
			}
			out = append(out, term{part, true, not})
			continue
		}
		for _, w := range strings.Fields(part) {
			if len(w) > 1 && w[0] == '-' {
				out = append(out, term{w[1:], false, true})
			} else {
				out = append(out, term{w, false, false})
			}
		}
	}
	return out
}

// expression is the term as the full-text index reads it. Everything stands in
// quotes, and nothing but letters, digits and a last asterisk within them, so that
// no word is ever an operator.
func (t term) expression() string {
	prefix := strings.HasSuffix(t.word, "*")
	words := strings.FieldsFunc(t.word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	if len(words) == 0 {
		return ""
	}
	plain := strings.Join(words, " ")
	if prefix {
		return `"` + plain + `*"`
	}
	e := []string{`"` + plain + `"`}
	if !t.quoted && len(words) == 1 {
		if stem := cyrillicStem(plain); stem != "" {
			e = append(e, `"`+stem+`*"`)
		}
	}
	// An apostrophe within a word divides it in the index, unless it is the letter ʼ.
	if !t.quoted && len(words) > 1 && strings.ContainsAny(t.word, "'’") {
		e = append(e, `"`+strings.Join(words, "ʼ")+`"`)
	}
	if len(e) == 1 {
		return e[0]
	}
	return "(" + strings.Join(e, " OR ") + ")"
}

// cyrillicStem cuts the ending off a Cyrillic word of five letters or more.
func cyrillicStem(w string) string {
	n := utf8.RuneCountInString(w)
	if n < 5 || strings.ContainsFunc(w, func(r rune) bool { return !unicode.Is(unicode.Cyrillic, r) }) {
		return ""
	}
	r := []rune(w)
	if n < 7 {
		return string(r[:n-1])
	}
	return string(r[:n-2])
}
