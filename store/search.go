package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

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
	Headline string  `json:"-"`       // the title, MarkOn and MarkOff around each word that matched
	Score    float64 `json:"score"`   // BM25 over title and text; 0 without words to look for
	Snippet  string  `json:"snippet"` // the text around what matched, MarkOn and MarkOff around each word that did
}

// MarkOn and MarkOff stand around matched words in a snippet.
const (
	MarkOn  = "\x02"
	MarkOff = "\x03"
)

// SearchRanked is how many matches are ranked and counted: of more, the newest.
const SearchRanked = 10_000

const (
	searchLimit  = 20
	titleWords   = 64 // of a title, the most that a snippet shows
	snippetWords = 24
	maxTerms     = 32 // words and phrases of a query
)

// Find by text: BM25 (Robertson and Zaragoza, 2009) with the usual constants; a
// word in the title counts three times one in the text.
const (
	bm25K = 1.2
	bm25B = 0.75
)

var columnWeights = [2]float64{3, 1} // title, body

// Search returns the items found, best first, and how many there are in all; more
// than SearchRanked are not counted. A query that cannot be understood is a
// *QueryError.
func (s *Store) Search(ctx context.Context, q Search) (hits []Hit, total int, err error) {
	if q.Limit <= 0 {
		q.Limit = searchLimit
	}
	match := ""
	if strings.TrimSpace(q.Text) != "" {
		if match, err = matchExpression(q.Text); err != nil {
			return nil, 0, err
		}
	}
	ids, scores, err := s.rank(ctx, q, match)
	if err != nil {
		return nil, 0, classify(err)
	}
	total = len(ids)
	ids = ids[:min(len(ids), q.Limit)]
	marked, err := s.snippets(ctx, match, ids)
	if err != nil {
		return nil, 0, classify(err)
	}
	for _, id := range ids {
		h := Hit{Score: scores[id]}
		rows, err := s.exportPage(ctx, `WHERE i.id = ?`, id)
		if err != nil {
			return nil, 0, classify(err)
		}
		if len(rows) == 0 {
			continue
		}
		h.Exported, h.Headline, h.Snippet = rows[0], rows[0].Title, rows[0].Summary
		if m, ok := marked[id]; ok {
			h.Headline, h.Snippet = m[0], m[1]
		}
		hits = append(hits, h)
	}
	return hits, total, nil
}

// Places lists the places that items are tagged with, most frequent first.
func (s *Store) Places(ctx context.Context) (out []string, err error) {
	items := map[string]int{}
	err = eachRow(ctx, s.r, `SELECT i.tags FROM items i WHERE i.relevance IN ('main', 'mention') AND `+taggedWith, func(row scanner) error {
		var col string
		if err := row.Scan(&col); err != nil {
			return err
		}
		var tags []news.Tag
		if err := unpackTags(col, &tags); err != nil {
			return err
		}
		of := map[string]bool{}
		for _, t := range tags {
			if t.Facet == "place" && !of[t.Value] {
				of[t.Value] = true
				items[t.Value]++
			}
		}
		return nil
	}, tagBeginning("place"))
	for place := range items {
		out = append(out, place)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(items[b], items[a]), strings.Compare(a, b)) })
	return out, classify(err)
}

// snippets returns the title and the text around what matched, of rows that did. All in
// one statement: each reads the list of all that holds a word, and of a common one that
// is long.
func (s *Store) snippets(ctx context.Context, match string, ids []int64) (map[int64][2]string, error) {
	out := make(map[int64][2]string, len(ids))
	if match == "" || len(ids) == 0 {
		return out, nil
	}
	err := eachRow(ctx, s.r, `SELECT rowid, snippet(search, ?1, ?2, '…', 0, ?3), snippet(search, ?1, ?2, '…', 1, ?4) FROM search
		WHERE search MATCH ?5 AND rowid >= ?6 AND rowid <= ?7 AND +rowid IN (SELECT value FROM json_each(?8))`, func(row scanner) error {
		var id int64
		var title, text string
		err := row.Scan(&id, &title, &text)
		out[id] = [2]string{title, text}
		return err
	}, MarkOn, MarkOff, titleWords, snippetWords, match, slices.Min(ids), slices.Max(ids), mustJSON(ids))
	return out, err
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
			and(taggedWith, tagBeginning(facet, value))
		}
	}
	info := `x''`
	if match != "" {
		info = `matchinfo(search, 'pcnalx')`
	}
	type found struct {
		id, when int64
		score    float64
	}
	all, err := allRows(ctx, s.r, `SELECT i.id, i.news_time, `+info+` FROM search JOIN items i ON i.id = search.rowid JOIN feeds f ON f.id = i.feed
		WHERE `+strings.Join(where, " AND ")+` ORDER BY search.rowid DESC LIMIT ?`, func(row scanner) (f found, err error) {
		var blob []byte
		if err = row.Scan(&f.id, &f.when, &blob); err == nil {
			f.score = bm25(blob)
		}
		return f, err
	}, append(args, SearchRanked)...)
	if err != nil {
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
