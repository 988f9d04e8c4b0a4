// Package store keeps everything in one SQLite file. It is the only package
// that knows SQL, and its exported methods are the transactions: each one
// either happens whole or not at all. It decides nothing: a decision that
// rests on what is stored is a pure function handed in by the caller, called
// inside the transaction, and never calls the store.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A symbol that exists only with cgo: without a C compiler the build fails
// here, not the first query at run time.
var _ = sqlite3.SQLITE_OK

var (
	// ErrNoDatabase reports that a read was asked of a file that does not exist.
	ErrNoDatabase = errors.New("no database yet")
	// ErrUnusable reports a database this program must not touch: corrupt, not
	// a database, or written by a newer version. Restarting does not help.
	ErrUnusable = errors.New("database unusable")
)

// Store is one open database. Writes take turns on one connection; reads have
// their own. It is safe for concurrent use.
type Store struct {
	path string
	w    *sql.DB // one connection: the writer
	r    *sql.DB // read-only

	recall *recall // of whoever holds the writer
}

// Open opens the database at path, creates it if need be, and brings its
// schema up to date. The error is ErrUnusable for a file that is corrupt, not
// a database, or of a newer schema.
func Open(ctx context.Context, path string) (*Store, error) {
	s := &Store{path: path}
	var err error
	if s.w, err = open(path, "rwc", 1); err == nil {
		err = s.prepareFile(ctx)
	}
	if err == nil {
		s.r, err = open(path, "ro", 4)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("open database %s: %w%s", path, classify(err), ownedByOther(path))
	}
	return s, nil
}

// OpenExisting is Open for commands that only read: it creates nothing and
// returns ErrNoDatabase when there is no file at path.
func OpenExisting(ctx context.Context, path string) (*Store, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoDatabase, path)
	}
	return Open(ctx, path)
}

// Close closes the database.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.r, s.w} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Path is the database file.
func (s *Store) Path() string { return s.path }

// busyTimeout bounds one wait of SQLite's own for another process's lock; the
// store waits on until the context ends.
const busyTimeout = 5 * time.Second

// readerIdle is how long a reader's connection that nobody uses stays open. The one
// that was used last is used next, so that a daemon, which reads each minute, keeps one.
const readerIdle = 5 * time.Minute

func open(path, mode string, conns int) (*sql.DB, error) {
	q := url.Values{
		"mode":          {mode},
		"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"on"},
		"_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())}, "_txlock": {"immediate"},
		"_cache_size": {"-4000"}, "_stmt_cache_size": {"100"},
	}
	if mode == "ro" {
		q.Set("_txlock", "deferred")
		q.Del("_journal_mode") // set by the writer, kept in the file
		q.Set("_query_only", "on")
	}
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	if mode == "ro" {
		db.SetConnMaxIdleTime(readerIdle) // those that only a burst needs do not keep their caches for months
	}
	return db, nil
}

// prepareFile checks that the pragmas took (unknown DSN parameters are ignored
// in silence) and migrates the schema.
func (s *Store) prepareFile(ctx context.Context) error {
	for try := 1; ; try++ {
		err := s.pragmas(ctx)
		switch {
		case err == nil:
			err = s.migrate(ctx)
		case !busy(err) && !isFull(err): // busy: another program that opens a new file changes its mode
			return err
		}
		if e, ok := errors.AsType[sqlite3.Error](err); ok && isFull(err) {
			return diskFull{e}
		}
		// Another process that opens a new database at the same time migrates it too: who
		// comes second fails, and finds the work done.
		if err == nil || errors.Is(err, ErrUnusable) || ctx.Err() != nil || try >= migrateTries && !busy(err) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(migrateWait):
		}
	}
}

// pragmas checks that what the address of the database asks for is in force.
func (s *Store) pragmas(ctx context.Context) error {
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := s.w.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("PRAGMA %s is %s, want %s", pragma, got, want)
		}
	}
	return nil
}

const (
	migrateTries = 10
	migrateWait  = 100 * time.Millisecond
)

// migrate brings the schema up to date.
func (s *Store) migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(database.DialectSQLite3, s.w, sub)
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	all := p.ListSources()
	if newest := all[len(all)-1].Version; have > newest {
		return fmt.Errorf("%w: its schema is version %d and this program knows %d: install the newer trucewatch or restore a backup made before the upgrade", ErrUnusable, have, newest)
	} else if have == newest {
		return nil
	}
	_, err = p.Up(ctx)
	// goose reads each file into buffers of 4 MiB and keeps them in a pool, which two
	// collections empty. Counted as in use they would let the heap grow four times as far
	// before the next collection, while the rules are loaded.
	runtime.GC()
	runtime.GC()
	return err
}

// ownedByOther says, for the end of an error, that a file belongs to another user than
// the one who runs the program; "" when it does not: a database that root has copied
// into a service's directory is out of the service's reach.
func ownedByOther(path string) string {
	fi, err := os.Stat(path)
	if err != nil {
		return ""
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if me := os.Geteuid(); ok && me != 0 && int(st.Uid) != me {
		return fmt.Sprintf(" (it belongs to user %d, and this runs as user %d: chown it, docs/operations.md)", st.Uid, me)
	}
	return ""
}

// diskFull is SQLite's word that the disk is full as the database is opened, in plain
// words and without what follows from it.
type diskFull struct{ cause sqlite3.Error }

func (diskFull) Error() string   { return "the disk is full: make room" }
func (e diskFull) Unwrap() error { return e.cause }

func isFull(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && (e.Code == sqlite3.ErrFull || e.SystemErrno == syscall.ENOSPC)
}

// classify marks errors that no restart and no waiting can cure.
func classify(err error) error {
	if e, ok := errors.AsType[sqlite3.Error](err); ok && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB) {
		return fmt.Errorf("%w: %w: restore a backup (docs/operations.md)", ErrUnusable, err)
	}
	return err
}

// Blocked reports whether err is a condition of the machine that may pass (disk
// full, I/O error, read-only file): the daemon stays up, unready, and tries again.
func Blocked(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return false
	}
	switch e.Code {
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrReadonly, sqlite3.ErrCantOpen:
		return true
	}
	return false
}

func busy(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}

// ms and at convert between Go times and stored ones; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }
