package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// Bounds of the search for developments, and of an item's keys.
const (
	storyWindow  = 5 * 24 * time.Hour
	storyPerKey  = 64
	maxStories   = 64
	maxStoryKeys = 16 // of an item
)

// Pending lists up to limit items whose current revision waits for judgement, in
// order of arrival. An item that waits for its page is listed once it is due.
func (s *Store) Pending(ctx context.Context, now time.Time, limit int) ([]news.Work, error) {
	return s.works(ctx, `i.state = 'received' OR i.state = 'waiting_text' AND i.due <= ? ORDER BY i.id LIMIT +?`, now, limit)
}

// Wanting lists up to limit items whose article page is to be fetched.
func (s *Store) Wanting(ctx context.Context, now time.Time, limit int) ([]news.Work, error) {
	return s.works(ctx, `i.state = 'waiting_text' AND i.due > ? ORDER BY i.id LIMIT +?`, now, limit)
}

const workColumns = `i.id, i.guid, i.url, i.canonical, i.published, i.published_from, i.seen, i.origin, i.state, i.revision, i.revised, i.lang,
	t.title, t.summary, t.content, t.page`

func scanItem(row scanner, more ...any) (it news.Item, err error) {
	var published, seen, revised int64
	err = row.Scan(append([]any{&it.ID, &it.GUID, &it.URL, &it.Canonical, &published, &it.PublishedFrom, &seen, &it.Origin, &it.State, &it.Revision, &revised, &it.Lang,
		&it.Title, &it.Summary, &it.Content, &it.Page}, more...)...)
	it.Published, it.Seen, it.Revised = at(published), at(seen), at(revised)
	return it, err
}

func (s *Store) works(ctx context.Context, where string, now time.Time, limit int) ([]news.Work, error) {
	rows, err := s.r.QueryContext(ctx, `
		SELECT `+workColumns+`, i.feed, fp.fp FROM items i JOIN texts t ON t.item = i.id LEFT JOIN fingerprints fp ON fp.item = i.id
		WHERE i.state <> 'judged' AND (`+strings.Replace(where, " ORDER BY", ") ORDER BY", 1), ms(now), limit)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var out []news.Work
	for rows.Next() {
		var w news.Work
		if w.Item, err = scanItem(rows, &w.Feed.ID, &w.Previous); err != nil {
			return nil, err
		}
		w.Item.Feed = w.Feed.ID
		if out == nil {
			out = make([]news.Work, 0, limit)
		}
		out = append(out, w)
	}
	if err := rows.Err(); err != nil {
		return nil, classify(err)
	}
	rows.Close()
	return out, s.attachFeeds(ctx, out)
}

func (s *Store) attachFeeds(ctx context.Context, ws []news.Work) error {
	byID := map[news.FeedID]news.Feed{}
	for i, w := range ws {
		f, ok := byID[w.Feed.ID]
		if !ok {
			var err error
			if f, err = scanFeed(s.r.QueryRowContext(ctx, `SELECT `+feedColumns+` FROM feeds f WHERE f.id = +?`, int64(w.Feed.ID))); err != nil {
				return err
			}
			byID[f.ID] = f
		}
		ws[i].Feed = f
	}
	return nil
}

// RecordPage stores the outcome of fetching an item's article page: its text, or
// "" with the item left waiting until its tries or its time are used up.
func (s *Store) RecordPage(ctx context.Context, id news.ItemID, revision int, page string, maxTries int) error {
	return s.writeRecalling(ctx, func(tx transaction, _ *recall) error { // no page is remembered
		r, err := tx.ExecContext(ctx, `
			UPDATE items SET tries = tries + 1, state = iif(? <> '' OR tries + 1 >= ?, 'received', state)
			WHERE id = ? AND revision = ? AND state = 'waiting_text'`, page, maxTries, int64(id), revision)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 || page == "" {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE texts SET page = ? WHERE item = ?`, page, int64(id))
		return err
	})
}

// Judge decides about a batch of prepared items in one transaction, in order,
// each seeing what was decided of the former. An item that was revised since it
// was prepared is passed over: it is still pending.
func (s *Store) Judge(ctx context.Context, now time.Time, batch []news.Prepared, d news.Deciders) (news.Tally, error) {
	var total news.Tally
	err := s.writeRecalling(ctx, func(tx transaction, r *recall) error {
		total = news.Tally{}
		var keys []uint64
		for i := range batch {
			keys = append(keys, indexKeys(batch[i].Keys)...)
		}
		if err := r.bearers.read(ctx, tx, keys); err != nil {
			return fmt.Errorf("keys: %w", err)
		}
		for i := range batch {
			t, err := s.judgeOne(ctx, tx, r, now, batch[i], d)
			if err != nil {
				return fmt.Errorf("judge item %d: %w", batch[i].Work.Item.ID, err)
			}
			total.Add(t)
		}
		return nil
	})
	return total, err
}

const judgeItemSQL = `UPDATE items SET state = 'judged', judged = ?2, lang = ?3, hash = ?4,
	verdict = iif(judged = 0, ?5, verdict), of = iif(judged = 0, ?6, of), reason = iif(judged = 0, ?7, reason),
	evidence = iif(judged = 0, ?8, evidence), novel = iif(judged = 0, ?9, novel),
	last_verdict = ?5, last_novel = ?9, relevance = ?10, topics = ?11, tags = ?12
	WHERE id = ?1 AND revision = ?2 AND state <> 'judged'`

const insertFingerprintSQL = `INSERT INTO fingerprints (item, fp) VALUES (?, ?) ON CONFLICT (item) DO UPDATE SET fp = excluded.fp`

func (s *Store) judgeOne(ctx context.Context, tx transaction, r *recall, now time.Time, p news.Prepared, d news.Deciders) (t news.Tally, err error) {
	it := p.Work.Item
	known, err := r.candidates(ctx, tx, it.ID, p.Keys)
	if err != nil {
		return t, fmt.Errorf("candidates: %w", err)
	}
	v := d.Verdict(p, known)
	novel, topics, tags := encodeList(v.Novel), encodeTopics(p.Topics), packTags(p.Tags)
	best := bestRelevance(p.Topics)
	res, err := tx.ExecContext(ctx, judgeItemSQL, int64(it.ID), it.Revision, p.Lang, p.Hash,
		string(v.Kind), int64(v.Of), v.Reason, v.Evidence, novel, best, topics, tags)
	if err != nil {
		return t, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return t, err
	}
	if it.Revision > 1 {
		if err := r.forgetItem(ctx, tx, it.ID); err != nil {
			return t, err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO revisions (item, n, at, title, summary, content, verdict, reason, evidence, novel) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (item, n) DO UPDATE SET verdict = excluded.verdict, reason = excluded.reason, evidence = excluded.evidence, novel = excluded.novel`,
			int64(it.ID), it.Revision, ms(it.Revised), it.Title, it.Summary, it.Content, string(v.Kind), v.Reason, v.Evidence, novel)
		if err != nil {
			return t, err
		}
	}
	if _, err := tx.ExecContext(ctx, insertFingerprintSQL, int64(it.ID), p.Fingerprint); err != nil {
		return t, err
	}
	r.bearers.add(it.ID, p.Keys)
	opened, err := s.place(ctx, tx, r, now, p, v, d)
	if err != nil {
		return t, fmt.Errorf("place: %w", err)
	}
	t = news.Tally{Judged: 1, Stories: opened}
	switch v.Kind {
	case news.New:
		t.New = 1
	case news.Update:
		t.Update = 1
	case news.Duplicate:
		t.Duplicate = 1
	}
	switch best {
	case news.Main:
		t.Main = 1
	case news.Mention:
		t.Mention = 1
	}
	return t, nil
}

// bestRelevance is the item's best relevance over all topics.
func bestRelevance(rs []news.Relevance) string {
	best := news.None
	for _, r := range rs {
		if r.Relevance == news.Main || r.Relevance == news.Mention && best == news.None {
			best = r.Relevance
		}
	}
	return best
}

func encodeList(l []string) string {
	if len(l) == 0 {
		return ""
	}
	return mustJSON(l)
}

func encodeTopics(t []news.Relevance) string {
	if len(t) == 0 {
		return ""
	}
	return mustJSON(t)
}

// mustJSON encodes a value of ours that cannot fail to encode.
func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// decodeJSON fills v from a stored column; "" leaves it as it is.
func decodeJSON(col string, v any) error {
	if col == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(col), v); err != nil {
		return fmt.Errorf("stored value: %w", err)
	}
	return nil
}

// PendingBefore reports whether an item seen before t is not judged yet. The plus keeps
// SQLite from looking through all that was seen in place of the few that are open.
func (s *Store) PendingBefore(ctx context.Context, t time.Time) (bool, error) {
	var open bool
	err := s.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM items WHERE state <> 'judged' AND +seen < ?)`, ms(t)).Scan(&open)
	return open, classify(err)
}
