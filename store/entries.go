package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"trucewatch/internal/news"
)

// keptRevisions bounds how many superseded texts of one item are kept, next to
// the first.
const keptRevisions = 50

// arrival is how entries came in.
type arrival struct {
	at      time.Time
	origin  news.Origin
	history time.Duration // entries older than this at first sight are history
	first   bool          // the feed was never read before: an entry without a date is history, all are backlog
	archive bool          // from an archive whose GUIDs are its own: two of them are two entries
}

// key64 hashes parts into a key that is never 0, which stands for "none".
func key64(parts ...string) int64 {
	b := hashed.Get().(*[]byte)
	defer hashed.Put(b)
	*b = (*b)[:0]
	for _, p := range parts {
		*b = binary.LittleEndian.AppendUint64(*b, uint64(len(p)))
		*b = append(*b, p...)
	}
	sum := sha256.Sum256(*b)
	k := int64(binary.LittleEndian.Uint64(sum[:]))
	if k == 0 {
		k = 1
	}
	return k
}

// hashed is what key64 lays its parts out in.
var hashed = sync.Pool{New: func() any { return new([]byte) }}

// identity is under which keys an entry of a feed is known.
type identity struct {
	guid, url, text int64
	fragment        string
}

func identify(feed news.FeedID, e news.Entry) identity {
	id := identity{text: key64(e.Title, e.Summary, e.Content), fragment: fragment(e.URL)}
	f := strconv.FormatInt(int64(feed), 10)
	if e.GUID != "" {
		id.guid = key64("guid", f, e.GUID)
	}
	if e.Canonical != "" {
		id.url = key64("url", f, e.Canonical)
	}
	if id.guid == 0 && id.url == 0 {
		id.guid = key64("text", f, e.Title, e.Summary)
	}
	return id
}

func fragment(raw string) string {
	if !strings.Contains(raw, "#") {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Fragment
}

const knownColumns = `id, guid, url, canonical, guid_key, url_key, text_key, live_seen, revision`

type knownItem struct {
	id       news.ItemID
	entry    news.Entry
	keys     identity
	live     int64
	revision int
}

func scanKnown(row scanner) (k knownItem, err error) {
	err = row.Scan(&k.id, &k.entry.GUID, &k.entry.URL, &k.entry.Canonical, &k.keys.guid, &k.keys.url, &k.keys.text, &k.live, &k.revision)
	return k, err
}

// same decides whether an entry is a known item of its feed: the same GUID,
// reliable or with the same URL; or the same canonical URL, reliable, with equal
// fragments where GUIDs differ; where neither identifies, the same text.
func same(e news.Entry, id identity, k knownItem, unreliable map[int64]bool, archive bool) bool {
	if archive && e.GUID != "" && k.entry.GUID != "" && e.GUID != k.entry.GUID {
		return false
	}
	sameURL := id.url != 0 && id.url == k.keys.url
	if id.guid != 0 && id.guid == k.keys.guid && (!unreliable[id.guid] || sameURL && !unreliable[id.url]) {
		return true
	}
	if sameURL && !unreliable[id.url] && (e.GUID == k.entry.GUID || id.fragment == fragment(k.entry.URL)) {
		return true
	}
	return id.text == k.keys.text
}

// recordEntries stores the entries of one document of a feed: new ones as items,
// changed ones as revisions, and marks what a live poll saw.
func (s *Store) recordEntries(ctx context.Context, tx transaction, r *recall, f news.Feed, entries []news.Entry, a arrival) (news.Overlap, error) {
	ov := news.Overlap{Entries: len(entries)}
	ids := make([]identity, len(entries))
	for i, e := range entries {
		ids[i] = identify(f.ID, e)
	}
	unreliable, err := s.learnUnreliable(ctx, tx, f.ID, entries, ids)
	if err != nil {
		return ov, err
	}
	inserted := map[news.ItemID]bool{} // this document's own, which it cannot revise
	for i, e := range entries {
		k, found, err := s.findKnown(ctx, tx, e, ids[i], unreliable, a.archive)
		if err != nil {
			return ov, err
		}
		switch {
		case !found:
			id, err := s.insertItem(ctx, tx, f, e, ids[i], a)
			if err != nil {
				return ov, err
			}
			inserted[id] = true
			ov.New++
		case k.keys.text == ids[i].text || inserted[k.id]:
			ov.Known++
		default:
			if err := s.revise(ctx, tx, r, f, k, e, ids[i], a); err != nil {
				return ov, err
			}
			ov.Revised++
		}
		if found && a.origin == news.OriginLive && k.live == 0 {
			if err := s.seenLive(ctx, tx, k.id, a); err != nil {
				return ov, err
			}
		}
	}
	return ov, nil
}

// learnUnreliable finds the GUIDs and URLs that identify nothing: those that two
// entries of this document bear with different texts, and those remembered.
func (s *Store) learnUnreliable(ctx context.Context, tx transaction, feed news.FeedID, entries []news.Entry, ids []identity) (map[int64]bool, error) {
	bearer := make(map[int64]int, 2*len(entries))
	fresh := map[int64]bool{}
	for i := range entries {
		for _, k := range [2]int64{ids[i].guid, ids[i].url} {
			if k == 0 {
				continue
			}
			first, ok := bearer[k]
			if !ok {
				bearer[k] = i
			} else if ids[first].text != ids[i].text {
				fresh[k] = true
			}
		}
	}
	keys := slices.Collect(maps.Keys(bearer))
	known, err := knownUnreliable(ctx, tx, feed, keys)
	if err != nil || len(fresh) == 0 {
		return known, err
	}
	var have int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM unreliable WHERE feed = ?`, int64(feed)).Scan(&have); err != nil {
		return nil, err
	}
	for k := range fresh {
		if known[k] {
			continue
		}
		known[k] = true
		if have++; have > maxUnreliable {
			continue // a feed that never repeats a GUID: remembering more helps nobody
		}
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO unreliable (feed, key) VALUES (?, ?)`, int64(feed), k); err != nil {
			return nil, err
		}
	}
	return known, nil
}

const (
	byGUIDSQL = `SELECT ` + knownColumns + ` FROM items WHERE guid_key = +? ORDER BY id`
	byURLSQL  = `SELECT ` + knownColumns + ` FROM items WHERE url_key = +? ORDER BY id`
)

func (s *Store) findKnown(ctx context.Context, tx transaction, e news.Entry, id identity, unreliable map[int64]bool, archive bool) (knownItem, bool, error) {
	for _, q := range []struct {
		sql string
		key int64
	}{{byGUIDSQL, id.guid}, {byURLSQL, id.url}} {
		if q.key == 0 {
			continue
		}
		k, found, err := firstSame(ctx, tx, q.sql, q.key, func(k knownItem) bool { return same(e, id, k, unreliable, archive) })
		if found || err != nil {
			return k, found, err
		}
	}
	return knownItem{}, false, nil
}

func firstSame(ctx context.Context, tx transaction, query string, key int64, match func(knownItem) bool) (knownItem, bool, error) {
	rows, err := tx.QueryContext(ctx, query, key)
	if err != nil {
		return knownItem{}, false, err
	}
	defer rows.Close()
	for rows.Next() {
		k, err := scanKnown(rows)
		if err != nil {
			return k, false, err
		}
		if match(k) {
			return k, true, nil
		}
	}
	return knownItem{}, false, rows.Err()
}

const insertItemSQL = `INSERT INTO items
	(feed, guid, url, canonical, guid_key, url_key, text_key, published, published_from, news_time, seen, origin, live_seen, fresh, backlog, state, due, revision, revised)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`

// pageWait is the longest an item waits for its article page.
const pageWait = 10 * time.Minute

func (s *Store) insertItem(ctx context.Context, tx transaction, f news.Feed, e news.Entry, id identity, a arrival) (news.ItemID, error) {
	fresh := a.at.Sub(e.Published) <= a.history
	if e.Published.IsZero() {
		fresh = !a.first
	}
	var live int64
	if a.origin == news.OriginLive {
		live = ms(a.at)
	}
	state, due := newState(f, e, a)
	r, err := tx.ExecContext(ctx, insertItemSQL,
		int64(f.ID), e.GUID, e.URL, e.Canonical, id.guid, id.url, id.text, ms(e.Published), e.PublishedFrom, ms(news.Time(e.Published, a.at)), ms(a.at),
		string(a.origin), live, fresh, live != 0 && a.first, string(state), ms(due), ms(a.at))
	if err != nil {
		return 0, err
	}
	n, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO texts (item, title, summary, content, page) VALUES (?, ?, ?, ?, '')`, n, e.Title, e.Summary, e.Content)
	return news.ItemID(n), err
}

// newState is where a new or revised item starts: waiting for its page if the
// feed wants pages and the page may still matter.
func newState(f news.Feed, e news.Entry, a arrival) (news.State, time.Time) {
	if f.Article && a.origin == news.OriginLive && e.URL != "" {
		return news.StateWaiting, a.at.Add(pageWait)
	}
	return news.StateReceived, time.Time{}
}

// revise replaces an item's text, keeping the old one among its revisions.
func (s *Store) revise(ctx context.Context, tx transaction, r *recall, f news.Feed, k knownItem, e news.Entry, id identity, a arrival) error {
	if err := r.forgetItem(ctx, tx, k.id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO revisions (item, n, at, title, summary, content, verdict, reason, evidence, novel)
		SELECT i.id, i.revision, i.revised, t.title, t.summary, t.content,
		  iif(i.judged = 1, i.verdict, ''), iif(i.judged = 1, i.reason, ''), iif(i.judged = 1, i.evidence, ''), iif(i.judged = 1, i.novel, '')
		FROM items i JOIN texts t ON t.item = i.id WHERE i.id = ?
		ON CONFLICT (item, n) DO UPDATE SET title = excluded.title, summary = excluded.summary, content = excluded.content`, k.id)
	if err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, `DELETE FROM revisions WHERE item = ? AND n > 1 AND n <= ?`, k.id, k.revision-keptRevisions); err != nil {
		return err
	}
	state, due := newState(f, e, a)
	_, err = tx.ExecContext(ctx, `UPDATE items SET text_key = ?, revision = revision + 1, revised = ?, state = ?, due = ?, tries = 0 WHERE id = ?`,
		id.text, ms(a.at), string(state), ms(due), k.id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE texts SET title = ?, summary = ?, content = ?, page = '' WHERE item = ?`, e.Title, e.Summary, e.Content, k.id)
	return err
}

// seenLive records that a live poll saw an item that came in otherwise, and so
// makes its development tellable.
func (s *Store) seenLive(ctx context.Context, tx transaction, id news.ItemID, a arrival) error {
	if _, err := tx.ExecContext(ctx, `UPDATE items SET live_seen = ?, backlog = ? WHERE id = ? AND live_seen = 0`, ms(a.at), a.first, id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE stories SET live_seen = max(live_seen, ?) WHERE id IN (SELECT story FROM members WHERE item = ?)`, ms(a.at), id)
	return err
}

// maxUnreliable bounds the unreliable keys remembered of one feed.
const maxUnreliable = 20_000

// knownUnreliable tells which of the keys a feed is remembered to have borne twice.
func knownUnreliable(ctx context.Context, tx transaction, feed news.FeedID, keys []int64) (map[int64]bool, error) {
	known := map[int64]bool{}
	for part := range slices.Chunk(keys, 500) {
		args := make([]any, 0, len(part)+1)
		args = append(args, int64(feed))
		for _, k := range part {
			args = append(args, k)
		}
		borne, err := allRows(ctx, tx, `SELECT key FROM unreliable WHERE feed = ? AND key IN (`+placeholders(len(part))+`)`, scanOne[int64], args...)
		if err != nil {
			return nil, err
		}
		for _, k := range borne {
			known[k] = true
		}
	}
	return known, nil
}
