package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup writes a copy of the database at path, as of one moment, to the file to.
// It works beside a running daemon and blocks no writer. The copy is checked, and
// takes the place of a former file of that name only when it is whole. The database
// is neither created nor brought up to date. It returns the size in bytes.
func Backup(ctx context.Context, path, to string) (int64, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%w: %s", ErrNoDatabase, path)
	}
	if err := notTheDatabase(path, to); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp(filepath.Dir(to), ".trucewatch-backup-") // beside it: a rename stays on one disk
	if err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "copy")
	if err := vacuumInto(ctx, path, copied); err != nil {
		return 0, fmt.Errorf("backup of %s: %w", path, classify(err))
	}
	if err := os.Chmod(copied, 0o600); err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	size, err := settle(copied)
	if err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	if err := os.Rename(copied, to); err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	if _, err := settle(filepath.Dir(to)); err != nil { // the name as well
		return 0, fmt.Errorf("backup: %w", err)
	}
	return size, nil
}

// notTheDatabase refuses a target that is the database itself or one of its files.
func notTheDatabase(path, to string) error {
	target, err := os.Stat(to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if !target.Mode().IsRegular() {
		return fmt.Errorf("backup: %s is not a file", to)
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		if own, err := os.Stat(path + suffix); err == nil && os.SameFile(own, target) {
			return fmt.Errorf("backup: %s belongs to the database itself; name another file", to)
		}
	}
	return nil
}

func vacuumInto(ctx context.Context, path, to string) error {
	db, err := open(path, "rw", 1)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, to); err != nil {
		return err
	}
	check, err := open(to, "ro", 1)
	if err != nil {
		return err
	}
	defer check.Close()
	var says string
	if err := check.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&says); err != nil {
		return err
	}
	if says != "ok" {
		return fmt.Errorf("%w: %s", ErrUnusable, says)
	}
	return nil
}

// settle makes a file or directory durable and returns its size in bytes.
func settle(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return 0, err
	}
	fi, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return fi.Size(), nil
}
