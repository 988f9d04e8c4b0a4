package store

import (
	"context"
	"database/sql"
)

// statements are the ones that run once per item, prepared once on the writer.
// A transaction uses them through tx.StmtContext.
type statements struct {
	all []*sql.Stmt

	byGUID, byURL, insertItem, insertText, touchLive      *sql.Stmt
	candidates, candidate, judgeItem, insertFP, insertKey *sql.Stmt
	storyKeys, memberOf, insertMember, insertStoryKey     *sql.Stmt
	insertStory, touchStory, insertSearch, insertDate     *sql.Stmt
}

func (s *Store) prepare(ctx context.Context) error {
	for _, p := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&s.stmt.byGUID, `SELECT ` + knownColumns + ` FROM items WHERE guid_key = ? ORDER BY id`},
		{&s.stmt.byURL, `SELECT ` + knownColumns + ` FROM items WHERE url_key = ? ORDER BY id`},
		{&s.stmt.insertItem, insertItemSQL},
		{&s.stmt.insertText, `INSERT INTO texts (item, title, summary, content, page) VALUES (?, ?, ?, ?, '')`},
		{&s.stmt.touchLive, touchLiveSQL},
		{&s.stmt.candidates, candidatesSQL},
		{&s.stmt.candidate, candidateSQL},
		{&s.stmt.judgeItem, judgeItemSQL},
		{&s.stmt.insertFP, `INSERT INTO fingerprints (item, fp) VALUES (?, ?) ON CONFLICT (item) DO UPDATE SET fp = excluded.fp`},
		{&s.stmt.insertKey, `INSERT OR IGNORE INTO keys (key, item) VALUES (?, ?)`},
		{&s.stmt.storyKeys, storyKeysSQL},
		{&s.stmt.memberOf, `SELECT story FROM members WHERE item = ? AND topic = ?`},
		{&s.stmt.insertMember, insertMemberSQL},
		{&s.stmt.insertStoryKey, `INSERT OR IGNORE INTO story_keys (key, at, item) VALUES (?, ?, ?)`},
		{&s.stmt.insertStory, `INSERT INTO stories (topic, first, last, live_seen, follows) VALUES (?, ?, ?, ?, ?)`},
		{&s.stmt.touchStory, touchStorySQL},
		{&s.stmt.insertSearch, `INSERT OR REPLACE INTO search (rowid, title, body) VALUES (?, ?, ?)`},
		{&s.stmt.insertDate, insertDateSQL},
	} {
		st, err := s.w.PrepareContext(ctx, p.sql)
		if err != nil {
			return err
		}
		*p.to = st
		s.stmt.all = append(s.stmt.all, st)
	}
	return nil
}

func (s *statements) close() {
	for _, st := range s.all {
		st.Close()
	}
}
