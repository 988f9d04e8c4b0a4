package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// ErrLocked reports that another process runs as the daemon of a database.
var ErrLocked = errors.New("another trucewatch runs on this database")

// Lock is held by the one process that polls and delivers for a database.
type Lock struct{ f *os.File }

// LockDaemon takes the daemon's lock of the database at path. It returns
// ErrLocked when another process has it; the lock ends with the process.
func LockDaemon(path string) (*Lock, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		if owner := ownedByOther(path + ".lock"); owner != "" {
			return nil, fmt.Errorf("lock: %w%s", err, owner)
		}
		return nil, fmt.Errorf("lock: %w: %s", err, mendDirectory(filepath.Dir(path), err))
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	for range 5 { // DaemonRuns may be holding it for an instant
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			break
		}
		time.Sleep(20 * time.Millisecond)
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: %s (stop it first, or use backfill, export and search, which work beside it)", ErrLocked, path)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &Lock{f}, nil
}

// Release gives the lock up.
func (l *Lock) Release() error { return l.f.Close() }

// DaemonRuns reports whether some process holds the daemon's lock of the database
// at path. When that can't be told it says yes: the caller then only goes slower.
func DaemonRuns(path string) bool {
	f, err := os.Open(path + ".lock")
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}
