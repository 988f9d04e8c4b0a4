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

func (s *Store) loadSeed(ctx context.Context, tx transaction, f news.Feed, sd news.Seed, now time.Time) (bool, error) {
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
		if err != nil {
			return false, err
		}
		if same {
			return false, completeKeys(ctx, tx, item, sd.Keys)
		}
	}
	_, err = tx.ExecContext(ctx, `UPDATE items SET state = 'judged', judged = 1, lang = ?, hash = ?, verdict = 'new', last_verdict = 'new', reason = 'seed', fresh = 0 WHERE id = ?`, sd.Lang, sd.Hash, item)
	if err != nil {
		return false, err
	}
	if _, err = tx.ExecContext(ctx, insertFingerprintSQL, item, sd.Fingerprint); err != nil {
		return false, err
	}
	if _, err = tx.ExecContext(ctx, `DELETE FROM keys WHERE item = ?`, item); err != nil { // a full scan, once per changed seed
		return false, err
	}
	return true, insertKeys(ctx, tx, bearingAll(news.ItemID(item), sd.Keys))
}

// completeKeys adds the keys of a known seed that another version gave fewer.
func completeKeys(ctx context.Context, tx transaction, item int64, keys []uint64) error {
	if len(keys) == 0 {
		return nil
	}
	var have bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM keys WHERE key = ? AND item = ?) AND EXISTS (SELECT 1 FROM keys WHERE key = ? AND item = ?)`,
		int64(keys[0]), item, int64(keys[len(keys)-1]), item).Scan(&have); err != nil || have {
		return err
	}
	return insertKeys(ctx, tx, bearingAll(news.ItemID(item), keys))
}

// Progress is how far an import has come.
type Progress struct {
	Position int64  // entries done
	Cursor   string // where in the source to go on, in the source's own words; "" is its start
}

// ImportProgress tells how far an import's version has come; nowhere once it was
// read to its end, so that a further run reads it again.
func (s *Store) ImportProgress(ctx context.Context, source, version string) (Progress, error) {
	var p Progress
	err := s.r.QueryRowContext(ctx, `SELECT position, cursor FROM imports WHERE source = ? AND digest = ? AND finished = 0`, source, version).Scan(&p.Position, &p.Cursor)
	if errors.Is(err, sql.ErrNoRows) {
		return Progress{}, nil
	}
	return p, classify(err)
}

// ImportFeed returns the feed that entries belong to, by its name or URL, and makes
// an unpolled one of that name and language when there is none.
func (s *Store) ImportFeed(ctx context.Context, name, lang string) (f news.Feed, err error) {
	err = s.write(ctx, func(tx transaction) error {
		f, err = ensureFeed(ctx, tx, name, lang)
		return err
	})
	f.Article = false // history waits for no page
	return f, err
}

// Stretch is a part of a one-shot import, stored and judged in one transaction
// with how far the import has come.
type Stretch struct {
	Source  string // names the import, so that it resumes
	Version string // of the source's content: another version starts anew
	Entries []StretchEntry
}

// StretchEntry is one entry to import.
type StretchEntry struct {
	// Prepared is the entry and what is known of it without the corpus: its
	// Work.Feed is from ImportFeed, its Work.Item holds the entry and when it was
	// seen. Without a feed the entry is passed over, and counted.
	Prepared news.Prepared
	OwnGUIDs bool     // the source is an archive with GUIDs of its own: two of them are two entries
	After    Progress // of the import once the entry is stored
}

// Judging is how imported entries are judged. Its functions are pure, and called
// inside the transaction.
type Judging struct {
	Prepare func(news.Work) news.Prepared // of an entry that revises an item
	Decide  news.Deciders
	Enough  func() bool // whether the transaction has lasted long enough; asked before each entry but the first
}

// Imported counts what a stretch brought.
type Imported struct {
	Taken   int // entries done, of the stretch's
	Overlap news.Overlap
	Tally   news.Tally

	first, last int64 // news times of what is about a topic; 0: nothing is
}

// unreliableIn tells, by feed, which GUIDs and URLs of a stretch identify nothing.
func unreliableIn(ctx context.Context, tx transaction, entries []StretchEntry) (map[news.FeedID]map[int64]bool, error) {
	keys := map[news.FeedID][]int64{}
	for _, e := range entries {
		w := e.Prepared.Work
		id := identify(w.Feed.ID, w.Item.Entry)
		keys[w.Feed.ID] = append(keys[w.Feed.ID], id.guid, id.url)
	}
	out := map[news.FeedID]map[int64]bool{}
	for f, k := range keys {
		known, err := knownUnreliable(ctx, tx, f, k)
		if err != nil {
			return nil, err
		}
		out[f] = known
	}
	return out, nil
}

// keysAhead is for how many entries of an import index keys are read at once: enough may
// be done before all of them are.
const keysAhead = 64

// Import stores a stretch of entries as backfill and judges them, in order, each
// seeing what was decided of the former. It stops early when enough is done: call
// it again with the rest. An item that a live poll has seen is never revised by
// history, which may be older than what the poll saw.
func (s *Store) Import(ctx context.Context, im Stretch, j Judging, history time.Duration) (out Imported, err error) {
	inner := context.WithoutCancel(ctx) // short, and a statement that can't be cancelled needs no goroutine
	err = s.writeRecalling(ctx, func(tx transaction, r *recall) error {
		out = Imported{}
		unreliable, err := unreliableIn(inner, tx, im.Entries)
		if err != nil {
			return err
		}
		var last StretchEntry
		for i, e := range im.Entries {
			if out.Taken > 0 && j.Enough() {
				break
			}
			if i%keysAhead == 0 {
				var keys []uint64
				for _, ahead := range im.Entries[i:min(i+keysAhead, len(im.Entries))] {
					keys = append(keys, indexKeys(ahead.Prepared.Keys)...)
				}
				if err := r.bearers.read(inner, tx, keys); err != nil {
					return fmt.Errorf("keys: %w", err)
				}
			}
			if f := e.Prepared.Work.Feed; f.ID != 0 {
				if err := s.importOne(inner, tx, r, e, j, unreliable[f.ID], history, &out); err != nil {
					return fmt.Errorf("entry %q of %s: %w", e.Prepared.Work.Item.Title, f.Name, err)
				}
			}
			out.Taken++
			last = e
		}
		if out.last != 0 {
			if err := widenRebuild(inner, tx, out.first, out.last); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(inner, `INSERT INTO imports (source, position, cursor, digest, updated, finished) VALUES (?, ?, ?, ?, ?, 0)
			ON CONFLICT (source) DO UPDATE SET position = excluded.position, cursor = excluded.cursor, digest = excluded.digest, updated = excluded.updated, finished = 0`,
			im.Source, last.After.Position, last.After.Cursor, im.Version, ms(last.Prepared.Work.Item.Seen))
		return err
	})
	return out, err
}

// importOne stores and judges one entry.
func (s *Store) importOne(ctx context.Context, tx transaction, r *recall, e StretchEntry, j Judging, unreliable map[int64]bool, history time.Duration, out *Imported) error {
	p := e.Prepared
	it := &p.Work.Item
	out.Overlap.Entries++
	id := identify(p.Work.Feed.ID, it.Entry)
	k, found, err := s.findKnown(ctx, tx, it.Entry, id, unreliable, e.OwnGUIDs)
	if err != nil {
		return err
	}
	a := arrival{at: it.Seen, origin: news.OriginBackfill, history: history, first: true}
	switch {
	case !found:
		if it.ID, err = s.insertItem(ctx, tx, p.Work.Feed, it.Entry, id, a); err != nil {
			return err
		}
		out.Overlap.New++
	case k.keys.text == id.text || k.live != 0:
		out.Overlap.Known++
		return nil
	default:
		if err := s.revise(ctx, tx, r, p.Work.Feed, k, it.Entry, id, a); err != nil {
			return err
		}
		w := news.Work{Feed: p.Work.Feed}
		w.Item, err = scanItem(tx.QueryRowContext(ctx, `SELECT `+workColumns+`, fp.fp FROM items i JOIN texts t ON t.item = i.id LEFT JOIN fingerprints fp ON fp.item = i.id WHERE i.id = ?`, int64(k.id)), &w.Previous)
		if err != nil {
			return err
		}
		w.Item.Feed = w.Feed.ID
		p = j.Prepare(w)
		out.Overlap.Revised++
	}
	d := j.Decide
	later, err := r.putOff(ctx, tx, p)
	if err != nil {
		return err
	}
	if later {
		d.Place = nil
	}
	t, err := s.judgeOne(ctx, tx, r, p.Work.Item.Seen, p, d)
	out.Tally.Add(t)
	if t.Main+t.Mention > 0 {
		when := ms(news.Time(p.Work.Item.Published, p.Work.Item.Seen))
		if out.last == 0 || when < out.first {
			out.first = when
		}
		out.last = max(out.last, when)
	}
	return err
}

// FinishImport marks an import as read to its end.
func (s *Store) FinishImport(ctx context.Context, source string, now time.Time) error {
	return s.write(ctx, func(tx transaction) error {
		_, err := tx.ExecContext(ctx, `UPDATE imports SET finished = ? WHERE source = ?`, ms(now), source)
		return err
	})
}
