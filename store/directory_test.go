package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// Where no database can be made that is said with what to do, and the same by a check and
// by the program's start.
func TestADirectoryThatTakesNoDatabaseIsSaidWithTheFix(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := CheckDirectory(filepath.Join(dir, "t.db")); err != nil {
		t.Errorf("a good directory: %v", err)
	}
	for path, fix := range map[string]string{"missing/t.db": "make the directory " + dir, "file/t.db": "correct database"} {
		path = filepath.Join(dir, path)
		if got, err := CheckDirectory(path); err == nil || !strings.Contains(got, fix) {
			t.Errorf("a check of %s: %v: %q, want %q", path, err, got, fix)
		}
		if _, err := LockDaemon(path); err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("a start at %s: %v, want %q", path, err, fix)
		}
	}
	for errno, fix := range map[error]string{
		syscall.EROFS:  "mount it for writing",
		syscall.EACCES: "chown /data",
		syscall.ENOSPC: "make room",
		syscall.ENOENT: "make the directory /data",
	} {
		if got := mendDirectory("/data", &os.PathError{Op: "open", Path: "/data/t.db", Err: errno}); !strings.Contains(got, fix) {
			t.Errorf("%v: %q, want %q", errno, got, fix)
		}
	}
}

// A disk that is full when the database is made is said within seconds, in plain words.
func TestAFullDiskAtAStartIsSaidAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Store{path: filepath.Join(t.TempDir(), "t.db")}
		var err error
		if s.w, err = open(s.path, "rwc", 1); err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.w.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err = s.prepareFile(t.Context())
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		if err == nil || err.Error() != "the disk is full: make room" || !Blocked(err) || errors.Is(err, ErrUnusable) {
			t.Errorf("%v", err)
		}
	})
}
