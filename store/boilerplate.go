package store

import (
	"context"
	"time"

	"trucewatch/internal/news"
)

// Publishers lists the publishers of which an item was judged new since a time.
func (s *Store) Publishers(ctx context.Context, since time.Time) (out []string, err error) {
	err = eachRow(ctx, s.r, `SELECT DISTINCT f.publisher FROM items i JOIN feeds f ON f.id = i.feed
		WHERE i.seen >= ? AND i.verdict = 'new' AND i.origin <> 'seed' ORDER BY f.publisher`, func(row scanner) error {
		var p string
		err := row.Scan(&p)
		out = append(out, p)
		return err
	}, ms(since))
	return out, classify(err)
}

// RecentNew returns up to limit items of a publisher that were judged new since a
// time, the newest first, with their fingerprints.
func (s *Store) RecentNew(ctx context.Context, publisher string, since time.Time, limit int) (out []news.Fingerprinted, err error) {
	err = eachRow(ctx, s.r, `SELECT i.seen, coalesce((SELECT min(story) FROM members m WHERE m.item = i.id), 0), fp.fp
		FROM feeds f JOIN items i ON i.feed = f.id JOIN fingerprints fp ON fp.item = i.id
		WHERE f.publisher = ? AND i.seen >= ? AND i.verdict = 'new' AND i.origin <> 'seed' ORDER BY i.id DESC LIMIT ?`, func(row scanner) error {
		var f news.Fingerprinted
		var seen int64
		err := row.Scan(&seen, &f.Story, &f.Fingerprint)
		f.Seen = at(seen)
		out = append(out, f)
		return err
	}, publisher, ms(since), limit)
	return out, classify(err)
}

// SaveBoilerplate stores what was learnt of a publisher in place of what was known,
// by sentence hash with its expiry, and drops what has expired of any.
func (s *Store) SaveBoilerplate(ctx context.Context, publisher string, sentences map[uint64]time.Time, now time.Time) error {
	return s.write(ctx, func(tx transaction) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM boilerplate WHERE publisher = ? OR expires <= ?`, publisher, ms(now)); err != nil {
			return err
		}
		for h, expires := range sentences {
			if _, err := tx.ExecContext(ctx, `INSERT INTO boilerplate (publisher, sentence, learnt, expires) VALUES (?, ?, ?, ?)`, publisher, int64(h), ms(now), ms(expires)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Boilerplate returns the sentences, by hash, that are boilerplate of each
// publisher at now.
func (s *Store) Boilerplate(ctx context.Context, now time.Time) (map[string]map[uint64]bool, error) {
	out := map[string]map[uint64]bool{}
	err := eachRow(ctx, s.r, `SELECT publisher, sentence FROM boilerplate WHERE expires > ?`, func(row scanner) error {
		var p string
		var h int64
		if err := row.Scan(&p, &h); err != nil {
			return err
		}
		if out[p] == nil {
			out[p] = map[uint64]bool{}
		}
		out[p][uint64(h)] = true
		return nil
	}, ms(now))
	return out, classify(err)
}
