package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"trucewatch/internal/news"
)

// seedFeed is the pseudo-feed that seeds belong to.
const seedFeed = "seed corpus"

// LoadSeeds makes the corpus know the given seeds. Loading them again changes
// nothing; a seed whose fingerprint changed is replaced. It returns how many were
// new or changed.
func (s *Store) LoadSeeds(ctx context.Context, seeds []news.Seed, now time.Time) (loaded int, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		loaded = 0
		f, err := ensureFeed(ctx, tx, seedFeed, "")
		if err != nil {
			return err
		}
		for _, sd := range seeds {
			changed, err := s.loadSeed(ctx, tx, f, sd, now)
			if err != nil {
				return fmt.Errorf("seed %s: %w", sd.Name, err)
			}
			if changed {
				loaded++
			}
		}
		return nil
	})
	return loaded, err
}

func (s *Store) loadSeed(ctx context.Context, tx *sql.Tx, f news.Feed, sd news.Seed, now time.Time) (bool, error) {
	e := news.Entry{GUID: news.SeedGUID(sd.Name), Title: sd.Name, Published: sd.Date, PublishedFrom: news.PublishedStated}
	id := identify(f.ID, e)
	var item int64
	var hash string
	err := tx.QueryRowContext(ctx, `SELECT id, hash FROM items WHERE guid_key = ?`, id.guid).Scan(&item, &hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		n, err := s.insertItem(ctx, tx, f, e, id, arrival{at: now, origin: news.OriginSeed})
		if err != nil {
			return false, err
		}
		item = int64(n)
	case err != nil:
		return false, err
	case hash == sd.Hash:
		var same bool
		err := tx.QueryRowContext(ctx, `SELECT fp = ? FROM fingerprints WHERE item = ?`, sd.Fingerprint, item).Scan(&same)
		if err != nil || same {
			return false, err
		}
	}
	_, err = tx.ExecContext(ctx, `UPDATE items SET state = 'judged', judged = 1, lang = ?, hash = ?, verdict = 'new', last_verdict = 'new', reason = 'seed', fresh = 0 WHERE id = ?`, sd.Lang, sd.Hash, item)
	if err != nil {
		return false, err
	}
	if _, err = tx.StmtContext(ctx, s.stmt.insertFP).ExecContext(ctx, item, sd.Fingerprint); err != nil {
		return false, err
	}
	if _, err = tx.ExecContext(ctx, `DELETE FROM keys WHERE item = ?`, item); err != nil { // a full scan, once per changed seed
		return false, err
	}
	for _, k := range sd.Keys {
		if _, err := tx.StmtContext(ctx, s.stmt.insertKey).ExecContext(ctx, int64(k), item); err != nil {
			return false, err
		}
	}
	return true, nil
}

// ImportPosition tells how many entries of an import's version are done; none once
// it was read to its end, so that a further run reads it again.
func (s *Store) ImportPosition(ctx context.Context, source, version string) (int64, error) {
	var n int64
	err := s.r.QueryRowContext(ctx, `SELECT position FROM imports WHERE source = ? AND digest = ? AND finished = 0`, source, version).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, classify(err)
}

// Import stores a stretch of entries as backfill, with how far the import has
// come, in one transaction. It stops before an entry that would revise an item
// not judged yet, and returns how many it took: judge what is pending, then call
// it with the rest.
func (s *Store) Import(ctx context.Context, im news.Import, now time.Time, history time.Duration) (taken int, total news.Overlap, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		taken, total = 0, news.Overlap{}
		feeds := map[string]news.Feed{}
		for _, e := range im.Entries {
			if e.Feed == "" { // passed over, and counted
				taken++
				continue
			}
			f, ok := feeds[e.Feed]
			if !ok {
				if f, err = ensureFeed(ctx, tx, e.Feed, e.Lang); err != nil {
					return fmt.Errorf("feed %s: %w", e.Feed, err)
				}
				feeds[e.Feed] = f
			}
			f.Article = false
			wait, err := s.revisesUnjudged(ctx, tx, f, e.Entry)
			if err != nil {
				return err
			}
			if wait {
				break
			}
			ov, err := s.recordEntries(ctx, tx, f, []news.Entry{e.Entry}, arrival{at: now, origin: news.OriginBackfill, history: history, first: true, archive: true})
			if err != nil {
				return err
			}
			taken++
			total.Entries += ov.Entries
			total.New += ov.New
			total.Revised += ov.Revised
			total.Known += ov.Known
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO imports (source, position, digest, updated, finished) VALUES (?, ?, ?, ?, 0)
			ON CONFLICT (source) DO UPDATE SET position = excluded.position, digest = excluded.digest, updated = excluded.updated, finished = 0`,
			im.Source, im.Start+int64(taken), im.Version, ms(now))
		return err
	})
	return taken, total, err
}

func (s *Store) revisesUnjudged(ctx context.Context, tx *sql.Tx, f news.Feed, e news.Entry) (bool, error) {
	id := identify(f.ID, e)
	k, found, err := s.findKnown(ctx, tx, e, id, nil, true)
	if err != nil || !found || k.keys.text == id.text {
		return false, err
	}
	var open bool
	err = tx.QueryRowContext(ctx, `SELECT state <> 'judged' FROM items WHERE id = ?`, int64(k.id)).Scan(&open)
	return open, err
}

// FinishImport marks an import as read to its end.
func (s *Store) FinishImport(ctx context.Context, source string, now time.Time) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE imports SET finished = ? WHERE source = ?`, ms(now), source)
		return err
	})
}
