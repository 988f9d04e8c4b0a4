package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
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
		_, err := tx.ExecContext(ctx, insertDateSQL, int64(p.Work.Item.ID), story.Int64, ms(sd.At), sd.Precision, sd.Zone, sd.What, sd.Where, sd.Kind, sd.Moved, sd.Quote)
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
		_, err := tx.ExecContext(ctx, `INSERT INTO ledger (topic, mechanism, place, stage, committed, claim, origin, at, known, story, item, url, quote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			p.Topic, p.Mechanism, p.Place, p.Stage, p.Committed, p.Claim, p.Origin, ms(p.At), ms(p.Known), int64(p.Story), int64(p.Item), p.URL, p.Quote)
		if err != nil {
			return err
		}
	}
	return nil
}

// standsAfter is where a topic stands after moves that were just recorded, as positions
// would read it of a time that knows them.
func standsAfter(stands, moves []news.Position) []news.Position {
	stands = slices.Clone(stands)
	for _, m := range moves {
		m.At, m.Known = at(ms(m.At)), at(ms(m.Known))
		i, found := slices.BinarySearchFunc(stands, m, func(a, b news.Position) int {
			return cmp.Or(strings.Compare(a.Topic, b.Topic), strings.Compare(a.Mechanism, b.Mechanism), strings.Compare(a.Place, b.Place))
		})
		switch {
		case !found:
			stands = slices.Insert(stands, i, m)
		case !m.At.Before(stands[i].At):
			stands[i] = m.After(stands[i])
		case m.Stage == stands[i].Stage && m.Committed == stands[i].Committed:
		case stands[i].Before == nil || !m.At.Before(stands[i].Before.At):
			stands[i].Before = &m
		}
	}
	return stands
}

// evidence reads what a development's reports state and who they are, without their
// texts: of a development that grows this is read with each report.
func evidence(ctx context.Context, tx transaction, topic string, id news.StoryID) (news.Development, error) {
	d := news.Development{ID: id, Topic: topic}
	err := eachRow(ctx, tx, `
		SELECT i.id, f.name, f.publisher, i.url, t.title, i.published, i.seen, i.last_verdict, i.verdict, i.of, f.side, f.official, f.state_media, i.origin, i.topics, i.tags
		FROM members m JOIN items i ON i.id = m.item JOIN feeds f ON f.id = i.feed JOIN texts t ON t.item = i.id
		WHERE m.story = +? AND i.relevance = 'main' AND i.tags <> '' ORDER BY i.news_time, i.id`, func(row scanner) error {
		var r news.Report
		var published, seen int64
		var topics, tags string
		if err := row.Scan(&r.Item, &r.Feed, &r.Publisher, &r.URL, &r.Title, &published, &seen, &r.Verdict, &r.First, &r.Of, &r.Side, &r.Official, &r.State, &r.Origin, &topics, &tags); err != nil {
			return err
		}
		r.Published, r.Seen = at(published), at(seen)
		var rels []news.Relevance
		if err := errors.Join(decodeJSON(topics, &rels), unpackTags(tags, &r.Tags)); err != nil {
			return fmt.Errorf("item %d: %w", r.Item, err)
		}
		for _, rel := range rels {
			if rel.Topic == topic {
				r.Relevance, r.Score = rel.Relevance, rel.Score
			}
		}
		d.Reports = append(d.Reports, r)
		return nil
	}, int64(id))
	return d, err
}

const positionColumns = `l.topic, l.mechanism, l.place, l.stage, l.committed, l.claim, l.origin, l.at, l.known, l.story, l.item, l.url, l.quote`

func scanPosition(row scanner) (p news.Position, err error) {
	var when, known int64
	err = row.Scan(&p.Topic, &p.Mechanism, &p.Place, &p.Stage, &p.Committed, &p.Claim, &p.Origin, &when, &known, &p.Story, &p.Item, &p.URL, &p.Quote)
	p.At, p.Known = at(when), at(known)
	return p, err
}

// positions reads where each mechanism and place of a topic, or of all topics if it is
// "", stands as of a time, and where it stood at from as far as it has moved since; with
// a zero from where it stood before it came to its stage.
func positions(ctx context.Context, tx transaction, topic string, asOf, from time.Time) ([]news.Position, error) {
	was := `known <= ?3`
	if from.IsZero() {
		was = `known <= ?1 AND (stage, committed) <> (SELECT stage, committed FROM ledger WHERE topic = g.topic AND mechanism = g.mechanism AND place = g.place AND at <= ?1 AND known <= ?1 ORDER BY at DESC, id DESC LIMIT 1)`
	}
	all, err := allRows(ctx, tx, `
		SELECT `+positionColumns+`
		FROM (SELECT DISTINCT topic, mechanism, place FROM ledger WHERE ?2 = '' OR topic = ?2) g CROSS JOIN ledger l ON l.id IN (
		  SELECT * FROM (SELECT id FROM ledger WHERE topic = g.topic AND mechanism = g.mechanism AND place = g.place AND at <= ?1 AND known <= ?1 ORDER BY at DESC, id DESC LIMIT 1)
		  UNION ALL
		  SELECT * FROM (SELECT id FROM ledger WHERE topic = g.topic AND mechanism = g.mechanism AND place = g.place AND at <= ?1 AND `+was+` ORDER BY at DESC, id DESC LIMIT 1))
		ORDER BY l.topic, l.mechanism, l.place, l.at, l.id`, scanPosition, ms(asOf), topic, ms(from))
	if err != nil {
		return nil, err
	}
	var out []news.Position
	for _, p := range all {
		if n := len(out); n > 0 && out[n-1].Topic == p.Topic && out[n-1].Mechanism == p.Mechanism && out[n-1].Place == p.Place {
			before := out[n-1]
			p.Before = &before
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out, nil
}

// Standing returns where each mechanism and place of each topic stands as of a time, by
// topic, mechanism and place, and the dates that sources state and that lie ahead.
func (s *Store) Standing(ctx context.Context, asOf time.Time) (ledger []news.Position, dates []news.StatedDate, err error) {
	tx, err := s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, nil, classify(err)
	}
	defer tx.Rollback()
	if ledger, err = positions(ctx, tx, "", asOf, time.Time{}); err != nil {
		return nil, nil, classify(err)
	}
	dates, err = statedDates(ctx, tx, asOf, asOf)
	return ledger, dates, classify(err)
}

const (
	datesPassed = 32 * 24 * time.Hour // how long before a window a date's time may lie that ends in it: a month is one date
	maxDated    = 200                 // stated dates an edition reads
)

// statedDates reads the dates that lie ahead of a time, or passed since from, soonest
// first.
func statedDates(ctx context.Context, tx transaction, from, now time.Time) ([]news.StatedDate, error) {
	return allRows(ctx, tx, `
		SELECT d.at, d.precision, d.zone, d.what, d.place, d.kind, d.moved, d.quote, d.item, d.story, f.name, i.url, i.news_time
		FROM dates d JOIN items i ON i.id = d.item JOIN feeds f ON f.id = i.feed
		WHERE (d.at >= ?1 OR d.precision = 'month' AND d.at >= ?2) AND i.news_time <= ?3 ORDER BY d.at, d.id LIMIT ?4`, func(row scanner) (d news.StatedDate, err error) {
		var when, stated int64
		err = row.Scan(&when, &d.Precision, &d.Zone, &d.What, &d.Where, &d.Kind, &d.Moved, &d.Quote, &d.Item, &d.Story, &d.Feed, &d.URL, &stated)
		d.At, d.Stated = at(when), at(stated)
		return d, err
	}, ms(from.Add(-48*time.Hour)), ms(from.Add(-datesPassed)), ms(now), maxDated)
}
