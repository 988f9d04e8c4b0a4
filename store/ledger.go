package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"trucewatch/internal/news"
)

// recordDates stores the dates an item states, in place of those its former
// revision stated. What repeats another item's text states nothing of its own.
func (s *Store) recordDates(ctx context.Context, tx transaction, p news.Prepared, v news.Verdict, d news.Deciders) error {
	if d.Dates == nil {
		return nil
	}
	if p.Work.Item.Revision > 1 {
		if _, err := tx.ExecContext(ctx, `DELETE FROM dates WHERE item = ?`, int64(p.Work.Item.ID)); err != nil {
			return err
		}
	}
	if v.Kind == news.Duplicate && p.Work.Previous == nil {
		return nil
	}
	var story sql.NullInt64
	for _, sd := range d.Dates(p) {
		if !story.Valid {
			if err := tx.QueryRowContext(ctx, `SELECT min(story) FROM members WHERE item = +?`, int64(p.Work.Item.ID)).Scan(&story); err != nil || !story.Valid {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, insertDateSQL, int64(p.Work.Item.ID), story.Int64, ms(sd.At), sd.Precision, sd.Zone, sd.What, sd.Where, sd.Kind, sd.Quote)
		if err != nil {
			return err
		}
	}
	return nil
}

// farFuture is later than any position's time.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func insertMoves(ctx context.Context, tx transaction, moves []news.Position) error {
	for _, p := range moves {
		_, err := tx.ExecContext(ctx, `INSERT INTO ledger (topic, mechanism, place, stage, committed, claim, at, story, item, url, quote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			p.Topic, p.Mechanism, p.Place, p.Stage, p.Committed, p.Claim, ms(p.At), int64(p.Story), int64(p.Item), p.URL, p.Quote)
		if err != nil {
			return err
		}
	}
	return nil
}

// evidence reads what a development's reports state and who they are, without their
// texts: of a development that grows this is read with each report.
func evidence(ctx context.Context, tx transaction, topic string, id news.StoryID) (news.Development, error) {
	d := news.Development{ID: id, Topic: topic}
	rows, err := tx.QueryContext(ctx, `
		SELECT i.id, f.name, f.publisher, i.url, t.title, i.published, i.seen, i.last_verdict, i.verdict, i.of, i.topics, i.tags
		FROM members m JOIN items i ON i.id = m.item JOIN feeds f ON f.id = i.feed JOIN texts t ON t.item = i.id
		WHERE m.story = +? AND i.relevance = 'main' AND i.tags <> '' ORDER BY i.news_time, i.id`, int64(id))
	if err != nil {
		return d, err
	}
	defer rows.Close()
	for rows.Next() {
		var r news.Report
		var published, seen int64
		var topics, tags string
		if err := rows.Scan(&r.Item, &r.Feed, &r.Publisher, &r.URL, &r.Title, &published, &seen, &r.Verdict, &r.First, &r.Of, &topics, &tags); err != nil {
			return d, err
		}
		r.Published, r.Seen = at(published), at(seen)
		var rels []news.Relevance
		if err := errors.Join(decodeJSON(topics, &rels), decodeJSON(tags, &r.Tags)); err != nil {
			return d, fmt.Errorf("item %d: %w", r.Item, err)
		}
		for _, rel := range rels {
			if rel.Topic == topic {
				r.Relevance, r.Score = rel.Relevance, rel.Score
			}
		}
		d.Reports = append(d.Reports, r)
	}
	return d, rows.Err()
}
