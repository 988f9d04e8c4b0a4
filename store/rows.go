package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"trucewatch/internal/news"
)

// reader is what rows are read through: the readers' pool or a transaction.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// scanner is one row of a result.
type scanner interface{ Scan(...any) error }

// eachRow gives f every row of a query, in order, until it returns an error.
func eachRow(ctx context.Context, db reader, query string, f func(scanner) error, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// allRows is what scan makes of every row of a query, in order; nil of none.
func allRows[T any](ctx context.Context, db reader, query string, scan func(scanner) (T, error), args ...any) ([]T, error) {
	var out []T
	err := eachRow(ctx, db, query, func(row scanner) error {
		v, err := scan(row)
		if err == nil {
			out = append(out, v)
		}
		return err
	}, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// scanOne reads a row's only column as a T.
func scanOne[T any](row scanner) (v T, err error) {
	err = row.Scan(&v)
	return v, err
}

// listsSQL is a statement that lists items under each of so many keys: one row with a list
// each, for a row an item would cost more than finding it.
func listsSQL(keys int, list func(key int) string) string {
	var parts []string
	for i := range keys {
		parts = append(parts, `(SELECT group_concat(item) FROM (`+list(i+1)+`))`)
	}
	return `SELECT ` + strings.Join(parts, ", ")
}

// readLists reads what a statement of listsSQL lists under each key.
func readLists(ctx context.Context, tx transaction, query string, args []any, lists [][]news.ItemID) error {
	cols, dest := make([]sql.NullString, len(lists)), make([]any, len(lists))
	for i := range cols {
		dest[i] = &cols[i]
	}
	if err := tx.QueryRowContext(ctx, query, args...).Scan(dest...); err != nil {
		return err
	}
	for i, list := range cols {
		if !list.Valid {
			continue
		}
		lists[i] = make([]news.ItemID, 0, 1+strings.Count(list.String, ","))
		for item := range strings.SplitSeq(list.String, ",") {
			id, err := strconv.ParseInt(item, 10, 64)
			if err != nil {
				return err
			}
			lists[i] = append(lists[i], news.ItemID(id))
		}
	}
	return nil
}
