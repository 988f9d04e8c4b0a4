package store

import (
	"context"
	"database/sql"
	"errors"

	"trucewatch/internal/news"
)

// Work returns an item with its latest text and its feed, as it was prepared for
// judging. Its Previous is not filled in. It returns news.ErrNotFound for an id no
// item has.
func (s *Store) Work(ctx context.Context, id news.ItemID) (w news.Work, err error) {
	w.Item, err = scanItem(s.r.QueryRowContext(ctx, `SELECT `+workColumns+`, i.feed FROM items i JOIN texts t ON t.item = i.id WHERE i.id = ?`, int64(id)), &w.Feed.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return w, news.ErrNotFound
	} else if err != nil {
		return w, classify(err)
	}
	w.Item.Feed = w.Feed.ID
	ws := []news.Work{w}
	err = s.attachFeeds(ctx, ws)
	return ws[0], err
}

// Consult returns what a decision about a prepared text would be given: the known
// texts it may repeat, and the open developments of a topic it may belong to. For
// an item of the corpus only what was there before it counts. Nothing is written.
func (s *Store) Consult(ctx context.Context, p news.Prepared, topics []string) (known []news.Candidate, stories map[string][]news.StoryCandidate, err error) {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return nil, nil, classify(err)
	}
	defer tx.Rollback()
	it := p.Work.Item
	all, err := newRecall().candidates(ctx, tx, it.ID, p.Keys)
	if err != nil {
		return nil, nil, classify(err)
	}
	for _, c := range all {
		if it.ID == 0 || c.Item < it.ID {
			known = append(known, c)
		}
	}
	stories = map[string][]news.StoryCandidate{}
	for _, t := range topics {
		cands, err := newRecall().storyCandidates(ctx, tx, t, p.StoryKeys, ms(news.Time(it.Published, it.Seen)))
		if err != nil {
			return nil, nil, classify(err)
		}
		for _, c := range cands {
			if c.Members = before(c.Members, it.ID); len(c.Members) > 0 {
				stories[t] = append(stories[t], c)
			}
		}
	}
	return known, stories, nil
}

func before(ms []news.Member, id news.ItemID) (out []news.Member) {
	for _, m := range ms {
		if id == 0 || m.Item < id {
			out = append(out, m)
		}
	}
	return out
}

// Membership says why an item is in its development, and who else is.
func (s *Store) Membership(ctx context.Context, id news.ItemID) (out []news.Membership, err error) {
	err = eachRow(ctx, s.r, `SELECT m.topic, m.story, m.score, m.why, s.follows FROM members m JOIN stories s ON s.id = m.story WHERE m.item = ? ORDER BY m.topic`, func(row scanner) error {
		var m news.Membership
		err := row.Scan(&m.Topic, &m.Story, &m.Score, &m.Why, &m.Follows)
		out = append(out, m)
		return err
	}, int64(id))
	if err != nil {
		return nil, classify(err)
	}
	for i := range out {
		err = eachRow(ctx, s.r, `SELECT i.id, f.name, t.title, i.verdict FROM members m JOIN items i ON i.id = m.item JOIN feeds f ON f.id = i.feed JOIN texts t ON t.item = i.id
			WHERE m.story = ? AND m.item <> ? ORDER BY i.news_time, i.id LIMIT 50`, func(row scanner) error {
			var o news.MemberLine
			err := row.Scan(&o.Item, &o.Feed, &o.Title, &o.Verdict)
			out[i].Others = append(out[i].Others, o)
			return err
		}, int64(out[i].Story), int64(id))
		if err != nil {
			return nil, classify(err)
		}
	}
	return out, nil
}

// Story returns a development with the reports a placing decision would see of it, or
// news.ErrNotFound.
func (s *Store) Story(ctx context.Context, id news.StoryID) (c news.StoryCandidate, err error) {
	tx, err := s.r.BeginTx(ctx, nil)
	if err != nil {
		return c, classify(err)
	}
	defer tx.Rollback()
	c.Story = id
	err = tx.QueryRowContext(ctx, `SELECT topic, EXISTS (SELECT 1 FROM told t WHERE t.story = s.id) FROM stories s WHERE id = ?`, int64(id)).Scan(&c.Topic, &c.Told)
	if errors.Is(err, sql.ErrNoRows) {
		return c, news.ErrNotFound
	} else if err != nil {
		return c, classify(err)
	}
	members, err := membersOf(ctx, tx, []news.StoryID{id})
	c.Members = members[id]
	return c, classify(err)
}
