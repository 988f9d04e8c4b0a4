package store

import (
	"cmp"
	"context"
	"slices"

	"trucewatch/internal/news"
)

// maxVerified is how many candidates are handed to a decision.
const maxVerified = 64

const candidatesSQL = `SELECT i.id, i.of, f.name, f.publisher, i.canonical, i.origin, i.seen, i.published, t.title, fp.fp
	FROM json_each(+?) j CROSS JOIN items i ON i.id = j.value JOIN feeds f ON f.id = i.feed JOIN texts t ON t.item = i.id JOIN fingerprints fp ON fp.item = i.id`

// candidates returns the known items that share index keys with an item, those that
// share most first, then the newest. They are remembered: of what repeats something,
// most repeats what others have just repeated.
func (r *recall) candidates(ctx context.Context, tx transaction, self news.ItemID, keys []uint64) ([]news.Candidate, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	shared, err := r.bearers.shared(ctx, tx, self, keys)
	if err != nil || len(shared) == 0 {
		return nil, err
	}
	ids := make([]news.ItemID, 0, len(shared))
	for id := range shared {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b news.ItemID) int {
		return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(b, a))
	})
	ids = ids[:min(len(ids), maxVerified)]
	known := make([]*news.Candidate, len(ids))
	var unknown []news.ItemID
	for i, id := range ids {
		var ok bool
		if known[i], ok = r.texts.get(id); !ok {
			unknown = append(unknown, id)
		}
	}
	read := map[news.ItemID]*news.Candidate{}
	if len(unknown) > 0 {
		if err := readCandidates(ctx, tx, unknown, read); err != nil {
			return nil, err
		}
	}
	out := make([]news.Candidate, 0, len(ids))
	for i, id := range ids {
		c := known[i]
		if c == nil {
			if c = read[id]; c == nil {
				continue // without a fingerprint
			}
			r.texts.put(id, c)
		}
		out = append(out, *c)
		out[len(out)-1].Shared = shared[id]
	}
	return out, nil
}

// readCandidates reads items as candidates; those that were never judged are none.
func readCandidates(ctx context.Context, tx transaction, ids []news.ItemID, into map[news.ItemID]*news.Candidate) error {
	return eachRow(ctx, tx, candidatesSQL, func(row scanner) error {
		c := new(news.Candidate)
		var seen, published int64
		if err := row.Scan(&c.Item, &c.Root, &c.Name, &c.Publisher, &c.Canonical, &c.Origin, &seen, &published, &c.Title, &c.Fingerprint); err != nil {
			return err
		}
		if c.Root == 0 {
			c.Root = c.Item
		}
		c.Seen, c.Published = at(seen), at(published)
		if c.Origin == news.OriginSeed {
			c.Name, c.Title = c.Title, "" // its name is all of it that reads as text
		}
		into[c.Item] = c
		return nil
	}, mustJSON(ids))
}
