package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"trucewatch/internal/news"
)

// Bounds of the index of keys.
const (
	maxIndexKeys = 8   // of an item
	hotKey       = 200 // a key borne by more items says little: skipped unless nothing else matches
	perKey       = 32  // newest items of a key
)

// bearers knows, within a transaction, which items bear the index keys that were asked for.
// Keys are hashes: each lies on a page of its own, and a statement for those of one item
// costs more than finding them. So the keys of a batch are read in one statement, those of
// the items judged since are added here, and they are stored in the order of keys when the
// transaction ends.
type bearers struct {
	newest   map[uint64][]news.ItemID // at most perKey and one, the last stored first; nil: none
	count    map[uint64]int           // how many bear a key that was asked whether it is hot; who is revised may count twice
	unstored []bearing
}

func newBearers() bearers {
	return bearers{newest: map[uint64][]news.ItemID{}, count: map[uint64]int{}}
}

// bearing is one row of the index: an item bears a key.
type bearing struct {
	key  uint64
	item news.ItemID
}

func byKey(a, b bearing) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.item, b.item)) }

// indexKeys are those of an item's keys that it is found by.
func indexKeys(keys []uint64) []uint64 { return keys[:min(len(keys), maxIndexKeys)] }

// read makes the bearers of keys known, as far as they are not.
func (b *bearers) read(ctx context.Context, tx transaction, keys []uint64) error {
	var unknown []int64 // as they are stored
	for _, k := range keys {
		if _, ok := b.newest[k]; !ok {
			b.newest[k] = nil
			unknown = append(unknown, int64(k))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return eachRow(ctx, tx, bearersSQL, func(row scanner) error {
		var key int64
		var list string
		if err := row.Scan(&key, &list); err != nil {
			return err
		}
		items, err := itemsListed(list)
		slices.SortFunc(items, lastFirst)
		b.newest[uint64(key)] = items
		return err
	}, mustJSON(unknown))
}

// bearersSQL lists the newest bearers of each key, one more than count so that it shows
// whether there are more.
var bearersSQL = fmt.Sprintf(`SELECT key, items FROM (
	SELECT j.value AS key, (SELECT group_concat(item) FROM (SELECT item FROM keys WHERE key = j.value ORDER BY item DESC LIMIT %d)) AS items
	FROM json_each(+?) j) WHERE items IS NOT NULL`, perKey+1)

func lastFirst(a, b news.ItemID) int { return cmp.Compare(b, a) }

// shared counts, of the items that bear some of an item's keys, how many they bear.
func (b *bearers) shared(ctx context.Context, tx transaction, self news.ItemID, keys []uint64) (map[news.ItemID]int, error) {
	keys = indexKeys(keys)
	if err := b.read(ctx, tx, keys); err != nil {
		return nil, err
	}
	shared, ofHot := map[news.ItemID]int{}, map[news.ItemID]int{}
	for _, k := range keys {
		items, counts := b.newest[k], shared
		if len(items) > perKey {
			hot, err := b.isHot(ctx, tx, k)
			if err != nil {
				return nil, err
			}
			if hot {
				counts = ofHot
			}
		}
		n := 0
		for _, id := range items {
			if id == self {
				continue
			}
			if n++; n > perKey {
				break
			}
			counts[id]++
		}
	}
	if len(shared) > 0 {
		return shared, nil
	}
	return ofHot, nil
}

// isHot tells whether more than hotKey items bear a key. They are counted once.
func (b *bearers) isHot(ctx context.Context, tx transaction, key uint64) (bool, error) {
	n, ok := b.count[key]
	if !ok {
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM keys WHERE key = +? LIMIT +?)`, int64(key), hotKey+1).Scan(&n)
		if err != nil {
			return false, err
		}
		for _, u := range b.unstored {
			if u.key == key {
				n++
			}
		}
		b.count[key] = n
	}
	return n > hotKey, nil
}

// add adds an item to the bearers of its keys, which were asked for when it was judged.
func (b *bearers) add(item news.ItemID, keys []uint64) {
	for _, k := range indexKeys(keys) {
		b.unstored = append(b.unstored, bearing{k, item})
		items := b.newest[k]
		at, known := slices.BinarySearchFunc(items, item, lastFirst)
		if known || at > perKey {
			continue // a revision bears what it did; the newest are enough
		}
		if n, ok := b.count[k]; ok {
			b.count[k] = n + 1
		}
		items = slices.Insert(items, at, item)
		b.newest[k] = items[:min(len(items), perKey+1)]
	}
}

// store stores what was added, once, at the end.
func (b *bearers) store(ctx context.Context, tx transaction) error {
	slices.SortFunc(b.unstored, byKey)
	return insertKeys(ctx, tx, b.unstored)
}

// keysAtOnce are how many rows of the index one statement stores, and how many of the rest.
var keysAtOnce = [...]int{64, 8}

var insertKeysSQL = func() (out [len(keysAtOnce)]string) {
	for i, n := range keysAtOnce {
		out[i] = `INSERT OR IGNORE INTO keys (key, item) VALUES ` + strings.TrimSuffix(strings.Repeat(`(?, ?), `, n), ", ")
	}
	return out
}()

// insertKeys stores rows of the index; those that are there stay.
func insertKeys(ctx context.Context, tx transaction, rows []bearing) error {
	for i, n := range keysAtOnce {
		last := i == len(keysAtOnce)-1
		for len(rows) >= n || last && len(rows) > 0 {
			args := make([]any, 2*n) // NULL, which is ignored, where there are no more
			some := rows[:min(n, len(rows))]
			for k, row := range some {
				args[2*k], args[2*k+1] = int64(row.key), int64(row.item)
			}
			if _, err := tx.ExecContext(ctx, insertKeysSQL[i], args...); err != nil {
				return err
			}
			rows = rows[len(some):]
		}
	}
	return nil
}

// bearingAll are rows of the index for all keys of an item.
func bearingAll(item news.ItemID, keys []uint64) []bearing {
	out := make([]bearing, len(keys))
	for i, k := range keys {
		out[i] = bearing{k, item}
	}
	return out
}
