package store

import (
	"context"
	"database/sql"
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
			if err := tx.QueryRowContext(ctx, `SELECT min(story) FROM members WHERE item = ?`, int64(p.Work.Item.ID)).Scan(&story); err != nil || !story.Valid {
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

// moveLedger lets a development that grew move the positions of its topic.
func (s *Store) moveLedger(ctx context.Context, tx transaction, topic string, id news.StoryID, d news.Deciders) error {
	if d.Ledger == nil {
		return nil
	}
	ds, err := s.developments(ctx, tx, news.DigestSpec{}, developmentFilter{story: id})
	if err != nil || len(ds) == 0 {
		return err
	}
	stands, err := positions(ctx, tx, topic, farFuture)
	if err != nil {
		return err
	}
	for _, p := range d.Ledger(stands, ds[0]) {
		_, err := tx.ExecContext(ctx, `INSERT INTO ledger (topic, mechanism, place, stage, committed, claim, at, story, item, url, quote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			p.Topic, p.Mechanism, p.Place, p.Stage, p.Committed, p.Claim, ms(p.At), int64(p.Story), int64(p.Item), p.URL, p.Quote)
		if err != nil {
			return err
		}
	}
	return nil
}
