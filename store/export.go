package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os"

	"trucewatch/internal/news"
)

const exportColumns = `i.id, f.name, i.guid, i.url, t.title, t.summary, i.published, i.published_from, i.seen, i.origin, i.lang, i.hash,
	i.verdict, i.of, coalesce(r.guid, ''), coalesce(r.url, ''), i.reason, i.novel, i.last_verdict, i.last_novel, i.revised, i.topics, i.tags,
	coalesce((SELECT min(story) FROM members m WHERE m.item = i.id), 0), i.revision
	FROM items i JOIN feeds f ON f.id = i.feed JOIN texts t ON t.item = i.id LEFT JOIN items r ON r.id = i.of`

// Export calls write for every judged item that passes the filter, by id. It
// stops at the first error write returns.
func (s *Store) Export(ctx context.Context, f news.ExportFilter, write func(news.Exported) error) error {
	since, until := ms(f.Since), int64(math.MaxInt64)
	if !f.Until.IsZero() {
		until = ms(f.Until)
	}
	// In pages, so that no reader holds the write-ahead log back.
	const page = 500
	for after := int64(0); ; {
		rows, err := s.exportPage(ctx, `WHERE i.id > ? AND i.state = 'judged' AND i.news_time >= ? AND i.news_time < ? ORDER BY i.id LIMIT ?`, after, since, until, page)
		if err != nil {
			return classify(err)
		}
		for _, e := range rows {
			if err := write(e); err != nil {
				return err
			}
			after = int64(e.ID)
		}
		if len(rows) < page {
			return nil
		}
	}
}

// ExportStories calls write for every development with news in the filter's window,
// by id, with its reports and the moves of the ledger that rest on it, oldest first.
// It stops at the first error write returns.
func (s *Store) ExportStories(ctx context.Context, f news.ExportFilter, write func(news.Development, []news.Position) error) error {
	until := int64(math.MaxInt64)
	if !f.Until.IsZero() {
		until = ms(f.Until)
	}
	const page = 200
	for after := int64(0); ; {
		var ids []int64
		err := eachRow(ctx, s.r, `SELECT id FROM stories WHERE id > ? AND last >= ? AND first < ? ORDER BY id LIMIT ?`, func(row scanner) error {
			var id int64
			err := row.Scan(&id)
			ids = append(ids, id)
			return err
		}, after, ms(f.Since), until, page)
		if err != nil {
			return classify(err)
		}
		for _, id := range ids {
			d, moves, err := s.story(ctx, news.StoryID(id))
			if err != nil {
				return classify(err)
			}
			if len(d.Reports) == 0 {
				continue // regrouped away meanwhile
			}
			if err := write(d, moves); err != nil {
				return err
			}
		}
		if len(ids) < page {
			return nil
		}
		after = ids[len(ids)-1]
	}
}

// story reads one development, with its moves of the ledger, as of one moment.
func (s *Store) story(ctx context.Context, id news.StoryID) (d news.Development, moves []news.Position, err error) {
	tx, err := s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return d, nil, err
	}
	defer tx.Rollback()
	ds, err := s.developments(ctx, tx, news.DigestSpec{}, developmentFilter{story: id})
	if err != nil || len(ds) == 0 {
		return d, nil, err
	}
	moves, err = allRows(ctx, tx, `SELECT `+positionColumns+` FROM ledger l WHERE l.story = ? ORDER BY l.at, l.id`, scanPosition, int64(id))
	return ds[0], moves, err
}

// Find returns the items that a person may mean by a word: an id, a GUID, or a URL.
func (s *Store) Find(ctx context.Context, ref string) ([]news.Exported, error) {
	out, err := s.exportPage(ctx, `WHERE i.guid = ?1 OR i.url = ?1 OR i.canonical = ?1 OR CAST(i.id AS TEXT) = ?1 ORDER BY i.id LIMIT 50`, ref)
	return out, classify(err)
}

func (s *Store) exportPage(ctx context.Context, where string, args ...any) ([]news.Exported, error) {
	return allRows(ctx, s.r, `SELECT `+exportColumns+` `+where, scanExported, args...)
}

func scanExported(row scanner) (e news.Exported, err error) {
	var published, seen, revised, of, story int64
	var rootGUID, rootURL, novel, lastNovel, topics, tags string
	err = row.Scan(&e.ID, &e.Feed, &e.GUID, &e.URL, &e.Title, &e.Summary, &published, &e.PublishedFrom, &seen, &e.Origin, &e.Lang, &e.ContentHash,
		&e.Verdict, &of, &rootGUID, &rootURL, &e.Reason, &novel, &e.Last.Verdict, &lastNovel, &revised, &topics, &tags, &story, &e.Revisions)
	if err != nil {
		return e, err
	}
	e.Seen, e.Last.At = at(seen), at(revised)
	if published != 0 {
		p := at(published)
		e.Published = &p
	}
	if of != 0 {
		id := news.ItemID(of)
		e.OfID, e.Of = &id, rootGUID
		if e.Of == "" {
			e.Of = rootURL
		}
	}
	if story != 0 {
		id := news.StoryID(story)
		e.Story = &id
	}
	e.Novel, e.Last.Novel, e.Topics, e.Tags = []string{}, []string{}, []news.Relevance{}, []news.Tag{}
	if err := errors.Join(decodeJSON(novel, &e.Novel), decodeJSON(lastNovel, &e.Last.Novel), decodeJSON(topics, &e.Topics), unpackTags(tags, &e.Tags)); err != nil {
		return e, fmt.Errorf("item %d: %w", e.ID, err)
	}
	return e, nil
}

// Stats counts what the database holds, in a time that does not grow with it: items are
// never removed, so that the last one's id is how many there are.
func (s *Store) Stats(ctx context.Context) (st news.Stats, err error) {
	err = s.r.QueryRowContext(ctx, `
		SELECT coalesce((SELECT max(id) FROM items), 0), (SELECT count(*) FROM items WHERE state <> 'judged'), (SELECT count(*) FROM items WHERE origin = 'seed'),
		  (SELECT n FROM counts WHERE what = 'main'), (SELECT n FROM counts WHERE what = 'mention'), (SELECT n FROM counts WHERE what = 'stories')`).
		Scan(&st.Items, &st.Pending, &st.Seeds, &st.Main, &st.Mention, &st.Stories)
	if err != nil {
		return st, classify(err)
	}
	st.Items -= st.Seeds
	st.Bytes = s.Size()
	st.Deliveries = map[news.DeliveryState]int64{}
	err = eachRow(ctx, s.r, `SELECT state, count(*) FROM outbox GROUP BY state`, func(row scanner) error {
		var state news.DeliveryState
		var n int64
		err := row.Scan(&state, &n)
		st.Deliveries[state] = n
		return err
	})
	if err != nil {
		return st, classify(err)
	}
	if st.Reactions, err = s.reactionCounts(ctx); err != nil {
		return st, err
	}
	err = eachRow(ctx, s.r, `SELECT d.name, d.first_seen, coalesce(c.slot, 0), coalesce(c.at, 0), coalesce(c.kind, '')
		FROM digests d LEFT JOIN cuts c ON c.id = (SELECT id FROM cuts WHERE digest = d.name ORDER BY slot DESC LIMIT 1) ORDER BY d.name`, func(row scanner) error {
		var d news.DigestStatus
		var first, slot, cut int64
		err := row.Scan(&d.Name, &first, &slot, &cut, &d.Kind)
		d.FirstSeen, d.LastSlot, d.LastCut = at(first), at(slot), at(cut)
		st.Digests = append(st.Digests, d)
		return err
	})
	return st, classify(err)
}

// Size is what the database takes on the disk, in bytes: its file and the log of what
// is not in it yet, which is all there is of a new one.
func (s *Store) Size() int64 {
	var n int64
	for _, suffix := range []string{"", "-wal"} {
		if fi, err := os.Stat(s.path + suffix); err == nil {
			n += fi.Size()
		}
	}
	return n
}

// CheckIntegrity reads the whole database and returns what is broken in it.
func (s *Store) CheckIntegrity(ctx context.Context) error {
	var says string
	if err := s.r.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&says); err != nil {
		return classify(err)
	}
	if says != "ok" {
		return fmt.Errorf("%w: %s", ErrUnusable, says)
	}
	return nil
}
