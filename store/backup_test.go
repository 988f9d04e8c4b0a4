package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

func TestABackupBesideAWriterIsWholeAndReplacesAFormerOne(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	for i := range 50 {
		poll(t, s, f, day.Add(time.Duration(i)*time.Minute), entry(i))
	}
	judgeAll(t, s, day.Add(time.Hour))
	want := len(export(t, s))
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(to, []byte("a former backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A writer in the middle of a transaction is not waited for, and not copied.
	tx, err := s.w.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), `UPDATE items SET verdict = 'half done'`); err != nil {
		t.Fatal(err)
	}
	if _, err := Backup(t.Context(), s.Path(), to); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got := export(t, c)
	if len(got) != want {
		t.Fatalf("the copy holds %d items, want %d", len(got), want)
	}
	for _, x := range got {
		if x.Verdict == "half done" {
			t.Fatal("the copy holds what was never committed")
		}
	}
	fi, err := os.Stat(to)
	if err != nil || fi.Mode().Perm()&0o077 != 0 {
		t.Errorf("the copy's mode is %v, %v; nobody else may read it", fi.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(to), ".trucewatch-backup-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestABackupRefusesTheDatabaseItselfAndKeepsTheFormerOneOnFailure(t *testing.T) {
	s := openStore(t)
	wire(t, s)
	for _, to := range []string{s.Path(), s.Path() + "-wal"} {
		if _, err := Backup(t.Context(), s.Path(), to); err == nil || !strings.Contains(err.Error(), "belongs to the database") {
			t.Errorf("backup to %s: %v", filepath.Base(to), err)
		}
	}
	if _, err := Backup(t.Context(), filepath.Join(t.TempDir(), "none.db"), filepath.Join(t.TempDir(), "x")); !errors.Is(err, ErrNoDatabase) {
		t.Errorf("backup of nothing: %v", err)
	}
	// A damaged database does not replace the last good copy.
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.db")
	if err := os.WriteFile(broken, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "good.db")
	if err := os.WriteFile(to, []byte("the last good copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Backup(t.Context(), broken, to); !errors.Is(err, ErrUnusable) {
		t.Errorf("backup of a broken database: %v", err)
	}
	if b, err := os.ReadFile(to); err != nil || string(b) != "the last good copy" {
		t.Errorf("the former copy is now %q, %v", b, err)
	}
}

// fill the disk: the database may not grow by a page.
func full(t *testing.T, s *Store, is bool) {
	t.Helper()
	pages := int64(1 << 30)
	if is {
		if err := s.w.QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&pages); err != nil {
			t.Fatal(err)
		}
	}
	var now int64
	if err := s.w.QueryRowContext(t.Context(), fmt.Sprintf(`PRAGMA max_page_count = %d`, pages)).Scan(&now); err != nil || now != pages {
		t.Fatalf("max_page_count is %d, want %d: %v", now, pages, err)
	}
}

func large(n int) news.Entry {
	e := entry(n)
	e.Content = strings.Repeat(fmt.Sprint("sentence ", n, ". "), 3000)
	return e
}

// Every transaction that meets a full disk says so, changes nothing, and works once
// there is room.
func TestAFullDiskLosesNothingAndRecovers(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	poll(t, s, f, day, entry(1))
	judgeAll(t, s, day)
	poll(t, s, f, day, entry(2))
	before := export(t, s)
	full(t, s, true)
	record := func() error {
		_, err := s.RecordPolls(t.Context(), []news.Poll{{Feed: f, At: day, Entries: []news.Entry{large(3), large(4)}}}, history, func(news.Poll, news.Overlap) news.PollState {
			return news.PollState{ETag: `"of the entries that were not stored"`, LastOK: day}
		})
		return err
	}
	works, err := s.Pending(t.Context(), day, 10)
	if err != nil || len(works) != 1 {
		t.Fatalf("pending: %d, %v", len(works), err)
	}
	judge := func() error {
		p := prepared(works[0])
		p.Fingerprint = make([]byte, 1<<16)
		_, err := s.Judge(t.Context(), day, []news.Prepared{p}, byTitle)
		return err
	}
	tell := func() error {
		return s.TellOperator(t.Context(), []string{"C1"}, day, []Alarm{{Cause: "disk", Open: true, Told: day}}, news.Message{Kind: "ops", Part: 1, Text: "x", Plain: strings.Repeat("x", 1<<16)})
	}
	for name, do := range map[string]func() error{"poll": record, "judge": judge, "tell": tell} {
		if err := do(); !Blocked(err) || errors.Is(err, ErrUnusable) {
			t.Errorf("%s on a full disk: %v", name, err)
		}
	}
	if got := feedNamed(t, s, "wire").Poll.ETag; got != "" {
		t.Errorf("validators %q were stored without the entries they vouch for", got)
	}
	if after := export(t, s); len(after) != len(before) {
		t.Errorf("%d items, before %d", len(after), len(before))
	}
	full(t, s, false)
	for _, do := range []func() error{record, judge, tell} {
		if err := do(); err != nil {
			t.Errorf("with room again: %v", err)
		}
	}
	judgeAll(t, s, day)
	if got := export(t, s); len(got) != 4 {
		t.Errorf("%d items, want 4: the two entries were offered again", len(got))
	}
	if err := s.CheckIntegrity(t.Context()); err != nil {
		t.Error(err)
	}
}

// A configuration that a full disk takes in part changes nothing, whichever part it is.
func TestAConfigurationIsTakenWholeOrNotAtAll(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	sight(t, s, "morning", time.Hour, day)
	c := Configuration{Feeds: []news.Feed{{Name: "other", URL: "https://other.example/rss"}}, Digests: map[string]time.Duration{}}
	for i := range 2000 { // more than the pages that are there hold
		c.Digests[fmt.Sprint("digest ", i)] = time.Hour
	}
	full(t, s, true)
	if _, _, err := s.Configure(t.Context(), c, day); !Blocked(err) || !strings.Contains(err.Error(), "digest") {
		t.Fatalf("on a full disk: %v", err)
	}
	if due, err := s.DueFeeds(t.Context(), day, true); err != nil || len(due) != 1 || due[0].Name != f.Name {
		t.Errorf("polled: %+v, %v; want what was", due, err)
	}
	full(t, s, false)
	first, _, err := s.Configure(t.Context(), c, day.Add(time.Hour))
	if err != nil || !first["digest 1"].Equal(day.Add(time.Hour)) || len(first) != 2000 {
		t.Errorf("with room: first sight of %d, %v, %v", len(first), first["digest 1"], err)
	}
	if due, err := s.DueFeeds(t.Context(), day, true); err != nil || len(due) != 1 || due[0].Name != "other" {
		t.Errorf("polled: %+v, %v; want the new one", due, err)
	}
}

func TestAReadOnlyDatabaseBlocksAndRecovers(t *testing.T) {
	s := openStore(t)
	f := wire(t, s)
	readOnly := func(on int) {
		if _, err := s.w.ExecContext(t.Context(), fmt.Sprintf(`PRAGMA query_only = %d`, on)); err != nil {
			t.Fatal(err)
		}
	}
	readOnly(1)
	_, err := s.RecordPolls(t.Context(), []news.Poll{{Feed: f, At: day, Entries: []news.Entry{entry(1)}}}, history, func(p news.Poll, _ news.Overlap) news.PollState { return p.Feed.Poll })
	if !Blocked(err) {
		t.Errorf("read-only: %v", err)
	}
	readOnly(0)
	if ov := poll(t, s, f, day, entry(1)); ov.New != 1 {
		t.Errorf("writable again: %+v", ov)
	}
}

// A page that is overwritten under the program is found out, and no text of an error
// suggests waiting.
func TestACorruptDatabaseIsUnusable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	f := wire(t, s)
	var es []news.Entry
	for i := range 40 {
		es = append(es, large(i))
	}
	poll(t, s, f, day, es...)
	var root, size int64
	if err := s.w.QueryRowContext(t.Context(), `SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name = 'items'`).Scan(&root, &size); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte(strings.Repeat("garbage ", int(size/8))), (root-1)*size); err != nil {
		t.Fatal(err)
	}
	file.Close()
	s, err = Open(t.Context(), path)
	if err == nil {
		defer s.Close()
		_, err = s.Pending(t.Context(), day.Add(time.Hour), 10)
	}
	if !errors.Is(err, ErrUnusable) || Blocked(err) || !strings.Contains(err.Error(), "restore a backup") {
		t.Errorf("a corrupt database: %v", err)
	}
}

func TestALockHeldByAnotherProgramIsWaitedForOnlyAsLongAsAsked(t *testing.T) {
	s := openStore(t)
	other, err := sql.Open("sqlite3", "file:"+s.Path()+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	alarm := []Alarm{{Cause: "stalled", Open: true, Told: day, Subjects: []string{"poll"}}}
	if err := s.TellOperator(ctx, nil, day, alarm, news.Message{}); err == nil || errors.Is(err, ErrUnusable) {
		t.Errorf("a held lock: %v", err)
	}
	if _, err := s.Condition(t.Context()); err != nil {
		t.Errorf("reading beside a held lock: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.TellOperator(t.Context(), nil, day, alarm, news.Message{}); err != nil {
		t.Error(err)
	}
	c, err := s.Condition(t.Context())
	if err != nil || len(c.Alarms) != 1 || !c.Alarms[0].Open || !c.Alarms[0].Told.Equal(day) || c.Alarms[0].Subjects[0] != "poll" {
		t.Errorf("alarms %+v, %v", c.Alarms, err)
	}
}
