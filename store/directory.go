package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// CheckDirectory reports why no file can be made in the directory of the database at
// path, and what to do about it; nil when one can. It makes none.
func CheckDirectory(path string) (fix string, err error) {
	dir := filepath.Dir(path)
	err = syscall.Access(dir, 2|1) // to write, and to enter
	if fi, statErr := os.Stat(dir); statErr == nil && !fi.IsDir() {
		err = syscall.ENOTDIR
	}
	if err == nil {
		return "", nil
	}
	return mendDirectory(dir, err), fmt.Errorf("%s: %w", dir, err)
}

// mendDirectory says what to do when no file can be made in dir.
func mendDirectory(dir string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "make the directory " + dir + ", or correct database in the configuration"
	case errors.Is(err, syscall.EROFS):
		return "its file system is read-only: mount it for writing, or correct database in the configuration"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "the disk is full: make room"
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("user %d may not write there: chown %s, or correct database in the configuration", os.Geteuid(), dir)
	}
	return "correct database in the configuration"
}
