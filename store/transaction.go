package store

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/mattn/go-sqlite3"
)

// transaction is what a transaction's statements run on: a writer, or a reader's
// transaction. The driver keeps statements prepared by their text, so they are written
// where they are used.
//
// What runs for every item compares with +? in place of ?: SQLite looks at a bare
// parameter's value while it plans (is it 0 or 1? how large is this LIMIT?), and so
// prepares the statement anew for every value. That is half the time of a search for
// candidates. The plus changes nothing else: the column's index is used all the same.
type transaction interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// write runs f in a write transaction. Another process's lock is waited out
// until ctx ends; it is never a failure of the store.
func (s *Store) write(ctx context.Context, f func(transaction) error) error {
	return s.transact(ctx, func(tx transaction, _ *recall) (*recall, error) { return nil, f(tx) })
}

// writeRecalling is write for an f that makes use of what is remembered of developments
// and keeps it right.
func (s *Store) writeRecalling(ctx context.Context, f func(transaction, *recall) error) error {
	return s.transact(ctx, func(tx transaction, r *recall) (*recall, error) {
		r, err := r.upToDate(ctx, tx)
		if err != nil {
			return nil, err
		}
		r.bearers = newBearers()
		if err := f(tx, r); err != nil {
			return nil, err
		}
		err = r.bearers.store(ctx, tx)
		r.bearers = bearers{}
		return r, err
	})
}

// transact runs f in a write transaction. f is given what the transaction before left
// to be remembered and returns what this one leaves; nothing is, of one that failed.
func (s *Store) transact(ctx context.Context, f func(transaction, *recall) (*recall, error)) error {
	for {
		err := s.transactOnce(ctx, f)
		if err == nil || !busy(err) || ctx.Err() != nil {
			return classify(err)
		}
	}
}

func (s *Store) transactOnce(ctx context.Context, f func(transaction, *recall) (*recall, error)) error {
	conn, err := s.w.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	w := writer{conn}
	done := false
	defer func() {
		if done {
			return
		}
		w.ExecContext(context.Background(), "ROLLBACK") // fails where SQLite has rolled back by itself
		conn.Raw(func(c any) error {
			if !c.(*sqlite3.SQLiteConn).AutoCommit() {
				return driver.ErrBadConn // still within the transaction: not to be used again
			}
			return nil
		})
	}()
	r := s.recall
	s.recall = nil
	if r, err = f(w, r); err != nil {
		return err
	}
	if _, err := w.ExecContext(ctx, "COMMIT"); err != nil {
		return err
	}
	done = true
	s.recall = r
	return nil
}

// writer is the writer's connection within a transaction. A context that ends stops
// it between two statements and never within one: watching over each statement, as
// database/sql does, costs more than most of them.
type writer struct{ conn *sql.Conn }

func (w writer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return w.conn.ExecContext(unwatched(ctx), query, args...)
}

func (w writer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return w.conn.QueryContext(unwatched(ctx), query, args...)
}

func (w writer) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return w.conn.QueryRowContext(unwatched(ctx), query, args...)
}

// unwatched is a context that does not end, unless ctx has ended already.
func unwatched(ctx context.Context) context.Context {
	if ctx.Err() != nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}
