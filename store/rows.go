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

// itemsListed reads a list as group_concat writes it.
func itemsListed(list string) ([]news.ItemID, error) {
	out := make([]news.ItemID, 0, 1+strings.Count(list, ","))
	for item := range strings.SplitSeq(list, ",") {
		id, err := strconv.ParseInt(item, 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, news.ItemID(id))
	}
	return out, nil
}
