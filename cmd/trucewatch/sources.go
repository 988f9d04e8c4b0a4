package main

import (
	"context"

	"trucewatch/internal/news"
)

// source is something to import entries from, in a fixed order.
type source interface {
	// Next returns the next entry; *badEntry for one that can't be read, after
	// which the next can be asked for; io.EOF at the end.
	Next(ctx context.Context) (*news.ImportEntry, error)
	// Cursor is where the source goes on after the last entry Next returned, or
	// failed to, when it is opened again. It never holds a credential.
	Cursor() string
	Version() string           // changes when the content does, so that cursors say nothing any more
	Done() (done, total int64) // of the whole, in some unit; total is 0 when nobody knows
	OwnGUIDs() bool            // an archive with GUIDs of its own: two of them are two entries
	Close() error
}

// origin is a source to be opened, named as its summary names it.
type origin struct {
	label string // for people
	key   string // under which its progress is kept
	open  func(ctx context.Context, cursor string) (source, error)
}

// badEntry is an entry that can't be read.
type badEntry struct {
	where string
	err   error
}

func (b *badEntry) Error() string { return b.where + ": " + b.err.Error() }
