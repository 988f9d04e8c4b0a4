package store

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// BusiestDays returns up to n days, as their first instants in a zone, of a window's
// news (both ends within): those on which most developments began that have a report
// mainly about a topic, the busiest first, of as many the latest.
func (s *Store) BusiestDays(ctx context.Context, from, to time.Time, n int, zone *time.Location) (out []time.Time, err error) {
	begun := map[time.Time]int{}
	err = eachRow(ctx, s.r, `SELECT s.first FROM stories s
		WHERE s.first >= ? AND s.first <= ? AND EXISTS (SELECT 1 FROM members m JOIN items i ON i.id = m.item WHERE m.story = s.id AND i.relevance = 'main')`, func(row scanner) error {
		var first int64
		err := row.Scan(&first)
		y, m, d := at(first).In(zone).Date()
		begun[time.Date(y, m, d, 0, 0, 0, 0, zone)]++
		return err
	}, ms(from), ms(to))
	if err != nil {
		return nil, classify(err)
	}
	for day := range begun {
		out = append(out, day)
	}
	slices.SortFunc(out, func(a, b time.Time) int { return cmp.Or(cmp.Compare(begun[b], begun[a]), b.Compare(a)) })
	return out[:min(len(out), n)], nil
}
