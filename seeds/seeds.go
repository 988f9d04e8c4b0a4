// Package seeds holds the seed corpus: documents known from the start, so that
// an item which repeats one is no news. A seed is one JSON file with the
// document's name, source, date and fingerprint; none of its text. The package
// reads and writes these files; what a fingerprint is, monitor/text decides.
package seeds

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"trucewatch/internal/news"
)

//go:embed *.json
var builtin embed.FS

// maxFile bounds one seed file, in bytes.
const maxFile = 1 << 20

// Name is what a seed may be called: it is part of a file's name.
var Name = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}$`)

// Builtin returns the seeds inside the program, by name.
func Builtin() ([]news.Seed, error) { return read(builtin, ".") }

// Load returns the seeds of a directory, by name. A file that is no seed is an
// error that names it, and nothing is loaded.
func Load(dir string) ([]news.Seed, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("seed directory: %w", err)
	}
	return read(os.DirFS(dir), dir)
}

func read(fsys fs.FS, dir string) ([]news.Seed, error) {
	names, err := fs.Glob(fsys, "*.json") // sorted
	if err != nil {
		return nil, err
	}
	var out []news.Seed
	var errs []error
	for _, n := range names {
		s, err := readOne(fsys, n)
		if err != nil {
			errs = append(errs, fmt.Errorf("seed %s: %w", filepath.Join(dir, n), err))
			continue
		}
		out = append(out, s)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

func readOne(fsys fs.FS, name string) (s news.Seed, err error) {
	fi, err := fs.Stat(fsys, name)
	if err != nil {
		return s, err
	}
	if fi.Size() > maxFile {
		return s, fmt.Errorf("%d bytes are too many for a seed; make it with `trucewatch seed add`", fi.Size())
	}
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return s, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return s, fmt.Errorf("not a seed file: %w", err)
	}
	if !Name.MatchString(s.Name) || s.Name+".json" != name {
		return s, fmt.Errorf("holds the seed %q; its name and the file's must agree", s.Name)
	}
	if s.Hash == "" || len(s.Fingerprint) == 0 {
		return s, errors.New("has no fingerprint; make it with `trucewatch seed add`")
	}
	return s, nil
}

// Write stores a seed in a directory as NAME.json, through a temporary file.
func Write(dir string, s news.Seed) error {
	if !Name.MatchString(s.Name) {
		return fmt.Errorf("seed name %q: use small letters, digits, dots, dashes and underscores", s.Name)
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".seed-*")
	if err != nil {
		return fmt.Errorf("seed %s: %w", s.Name, err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(b, '\n'))
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return fmt.Errorf("seed %s: %w", s.Name, err)
	}
	return os.Rename(tmp.Name(), filepath.Join(dir, s.Name+".json"))
}
