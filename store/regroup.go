package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"trucewatch/internal/news"
)

// maxRegrouped bounds the untold items of one topic that are regrouped together:
// the newest.
const maxRegrouped = 600

// Regroup puts the untold items of the last days together anew before a cut, all
// at once, so that the order in which they came hardly matters. Developments that
// some channel was told of stay as they are, and untold items may join them.
// Duplicates go where what they repeat goes, and the ledger moves by what has come together.
func (s *Store) Regroup(ctx context.Context, now time.Time, group news.Regrouper, d news.Deciders) error {
	return s.write(ctx, func(tx transaction) error {
		since := ms(now.Add(-storyWindow))
		topics, err := allRows(ctx, tx, `SELECT DISTINCT topic FROM stories WHERE live_seen <> 0 AND live_seen >= ?`, scanOne[string], since)
		if err != nil {
			return err
		}
		for _, topic := range topics {
			if err := s.regroupTopic(ctx, tx, topic, since, group, d); err != nil {
				return fmt.Errorf("regroup %s: %w", topic, err)
			}
		}
		return nil
	})
}

func (s *Store) regroupTopic(ctx context.Context, tx transaction, topic string, since int64, group news.Regrouper, d news.Deciders) error {
	open, told, err := regroupable(ctx, tx, topic, since)
	if err != nil || len(open) < 1 {
		return err
	}
	var untold []news.Member
	home := map[news.ItemID]news.StoryID{} // where each untold item is now
	for _, c := range open {
		for _, m := range c.Members {
			untold = append(untold, m)
			home[m.Item] = c.Story
		}
	}
	if len(untold) > maxRegrouped { // the older ones stay where they are
		slices.SortStableFunc(untold, func(a, b news.Member) int { return b.Published.Compare(a.Published) })
		untold = untold[:maxRegrouped]
	}
	touched := map[news.StoryID]bool{}
	taken := map[news.StoryID]bool{} // a story keeps its number for one group only
	groups := group(untold, told)
	homes := make([]news.StoryID, len(groups)) // of each group
	for i, g := range groups {
		to := g.Story
		if to == 0 {
			to = keepStory(g, home, taken)
		}
		if to == 0 {
			r, err := tx.ExecContext(ctx, insertStorySQL, topic, int64(1)<<62, 0, 0, 0)
			if err != nil {
				return err
			}
			n, err := r.LastInsertId()
			if err != nil {
				return err
			}
			to = news.StoryID(n)
		}
		taken[to], homes[i] = true, to
		for n, item := range g.Items {
			if home[item] == to {
				continue
			}
			why := "regrouped before a cut"
			if n < len(g.Why) {
				why += ": " + g.Why[n]
			}
			if err := moveMember(ctx, tx, item, topic, home[item], to, why); err != nil {
				return err
			}
			touched[home[item]], touched[to] = true, true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(touched)) {
		if err := settleStory(ctx, tx, id); err != nil {
			return err
		}
		// What stood apart was one origin's claim each; together it may be more.
		if err := newRecall().moveLedger(ctx, tx, topic, id, d); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
	}
	for i, g := range groups {
		if g.Story != 0 {
			continue // told: it follows what it followed
		}
		follows := g.After
		if g.Follows > 0 {
			follows = homes[g.Follows-1]
		}
		if _, err := tx.ExecContext(ctx, `UPDATE stories SET follows = ?1 WHERE id = ?2 AND follows <> ?1`, int64(follows), int64(homes[i])); err != nil {
			return err
		}
	}
	return nil
}

// keepStory is the number a group keeps: that of the story most of its items are
// in, the oldest of them if several, unless another group has it.
func keepStory(g news.Group, home map[news.ItemID]news.StoryID, taken map[news.StoryID]bool) news.StoryID {
	n := map[news.StoryID]int{}
	for _, item := range g.Items {
		if s := home[item]; !taken[s] {
			n[s]++
		}
	}
	ids := slices.SortedFunc(maps.Keys(n), func(a, b news.StoryID) int {
		return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b))
	})
	if len(ids) == 0 {
		return 0
	}
	return ids[0]
}

// regroupable reads the developments of a topic touched since a time: those no
// channel was told of, and the told ones.
func regroupable(ctx context.Context, tx transaction, topic string, since int64) (open, told []news.StoryCandidate, err error) {
	err = eachRow(ctx, tx, `SELECT s.id, EXISTS (SELECT 1 FROM told t WHERE t.story = s.id) FROM stories s WHERE s.topic = ? AND s.live_seen <> 0 AND s.live_seen >= ? ORDER BY s.id`, func(row scanner) error {
		c := news.StoryCandidate{Topic: topic}
		if err := row.Scan(&c.Story, &c.Told); err != nil {
			return err
		}
		if c.Told {
			told = append(told, c)
		} else {
			open = append(open, c)
		}
		return nil
	}, topic, since)
	if err != nil {
		return nil, nil, err
	}
	for _, list := range [][]news.StoryCandidate{open, told} {
		var ids []news.StoryID
		for _, c := range list {
			ids = append(ids, c.Story)
		}
		members, err := membersOf(ctx, tx, ids)
		if err != nil {
			return nil, nil, err
		}
		for i := range list {
			list[i].Members = members[list[i].Story]
		}
	}
	return open, told, nil
}

// moveMember moves an item, and what repeats or updates it within its story, to another.
func moveMember(ctx context.Context, tx transaction, item news.ItemID, topic string, from, to news.StoryID, why string) error {
	_, err := tx.ExecContext(ctx, `UPDATE members SET story = ?1, why = ?5 WHERE topic = ?2 AND story = ?3
		AND (item = ?4 OR item IN (SELECT i.id FROM items i JOIN members m ON m.item = i.id WHERE m.story = ?3 AND i.of = ?4 AND i.verdict = 'duplicate'))`,
		int64(to), topic, int64(from), int64(item), why)
	return err
}

// settleStory recomputes a story's times from its members, and removes it when it
// has none left.
func settleStory(ctx context.Context, tx transaction, id news.StoryID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM stories WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM members WHERE story = ?1)`, int64(id))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE stories SET (first, last, live_seen) = (
		SELECT min(i.news_time), max(i.news_time), max(iif(i.live_seen = 0, 0, max(i.live_seen, i.revised))) FROM members m JOIN items i ON i.id = m.item WHERE m.story = ?1)
		WHERE id = ?1`, int64(id))
	if err != nil {
		return err
	}
	// What was evidence in one story and moved to another takes its evidence along.
	for _, table := range []string{"dates", "ledger"} {
		_, err = tx.ExecContext(ctx, `UPDATE `+table+` SET story = ?1 WHERE item IN (SELECT item FROM members WHERE story = ?1) AND story <> ?1
			AND NOT EXISTS (SELECT 1 FROM members m WHERE m.item = `+table+`.item AND m.story = `+table+`.story)`, int64(id))
		if err != nil {
			return err
		}
	}
	return nil
}
