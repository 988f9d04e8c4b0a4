package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"trucewatch/internal/news"
	"trucewatch/monitor/feed"
	"trucewatch/monitor/text"
)

// maxEntry bounds one line or file, in bytes.
const maxEntry = 8 << 20

// documentKinds are the files that are one entry each.
var documentKinds = []string{".txt", ".md", ".html", ".htm"}

func isDocument(path string) bool {
	return slices.Contains(documentKinds, strings.ToLower(filepath.Ext(path)))
}

// openFile opens a directory, or a file of text or HTML, as one entry a file, and any
// other file as JSON Lines.
func openFile(path, feedName, cursor string) (source, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !fi.IsDir() && !fi.Mode().IsRegular() {
		return nil, errors.New("neither a file nor a directory: write what it gives to a file first")
	}
	if fi.IsDir() || isDocument(path) {
		d, err := openDir(path, feedName)
		if err == nil && cursor != "" {
			d.next, err = strconv.Atoi(cursor)
		}
		return d, err
	}
	return openLines(path, feedName, fi.Size(), cursor)
}

// lines is a JSON Lines file.
type lines struct {
	f       *os.File
	r       *bufio.Reader
	feed    string
	version string
	size    int64
	offset  int64
	n       int
}

func openLines(path, feedName string, size int64, cursor string) (*lines, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	l := &lines{f: f, r: bufio.NewReaderSize(f, 1<<20), feed: feedName, size: size}
	if l.feed == "" {
		l.feed = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	head := make([]byte, 512)
	n, _ := f.ReadAt(head, 0) // what cannot be read fails below
	if err := noLines(head[:n], path); err != nil {
		f.Close()
		return nil, err
	}
	if l.version, err = sample(f, size); err == nil && cursor != "" {
		if _, err = fmt.Sscanf(cursor, "%d bytes, %d lines", &l.offset, &l.n); err == nil {
			_, err = f.Seek(l.offset, io.SeekStart)
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

// noLines says why what begins so cannot be JSON Lines, and what to do about it.
func noLines(head []byte, path string) error {
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return fmt.Errorf("packed with gzip: unpack it first, as in gunzip -k %s", path)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return fmt.Errorf("in UTF-16: convert it first, as in iconv -f UTF-16 -t UTF-8 %s", path)
	case bytes.IndexByte(head, 0) >= 0:
		return errors.New("no text: it holds zero bytes")
	case bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(head, byteOrderMark)), []byte("[")):
		return fmt.Errorf("one JSON array: write one object a line first, as in jq -c '.[]' %s", path)
	}
	return nil
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// sample identifies a file's content by its size, beginning and end.
func sample(f *os.File, size int64) (string, error) {
	const n = 64 << 10
	h := sha256.New()
	for _, at := range []int64{0, max(0, size-n)} {
		if _, err := io.Copy(h, io.NewSectionReader(f, at, n)); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d-%x", size, h.Sum(nil)[:12]), nil
}

func (l *lines) Next(context.Context) (*news.ImportEntry, error) {
	for {
		first := l.offset == 0
		b, err := l.line()
		if err != nil {
			return nil, err
		}
		if first {
			b = bytes.TrimPrefix(b, byteOrderMark)
		}
		if len(bytes.TrimSpace(b)) == 0 {
			continue
		}
		return parseLine(b, l.feed, l.n)
	}
}

// line reads one line of at most maxEntry bytes; a longer one is passed over and
// reported.
func (l *lines) line() ([]byte, error) {
	l.n++
	var out []byte
	long := false
	for {
		b, err := l.r.ReadSlice('\n')
		l.offset += int64(len(b))
		if long = long || len(out)+len(b) > maxEntry; !long {
			out = append(out, b...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(out) == 0 && !long:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		case long:
			return nil, &badEntry{fmt.Sprintf("line %d", l.n), fmt.Errorf("longer than %d MiB", maxEntry>>20)}
		}
		return out, nil
	}
}

func (l *lines) Cursor() string       { return fmt.Sprintf("%d bytes, %d lines", l.offset, l.n) }
func (l *lines) Version() string      { return l.version }
func (l *lines) Done() (int64, int64) { return l.offset, l.size }
func (l *lines) OwnGUIDs() bool       { return true }
func (l *lines) Close() error         { return l.f.Close() }

// parseLine reads one line of JSON Lines.
func parseLine(b []byte, feedName string, n int) (*news.ImportEntry, error) {
	var v struct {
		GUID, URL, Title, Summary, Content, Published, Lang, Feed string
	}
	where := fmt.Sprintf("line %d", n)
	if !utf8.Valid(b) {
		return nil, &badEntry{where, errors.New("not in UTF-8: convert the file first, as in iconv -f WINDOWS-1251 -t UTF-8")}
	}
	err := json.Unmarshal(b, &v)
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
		return nil, &badEntry{where, fmt.Errorf("its %s is a %s: want text", t.Field, t.Value)}
	}
	if err != nil {
		return nil, &badEntry{where, fmt.Errorf("not a JSON object: %w", err)}
	}
	e := &news.ImportEntry{Feed: strings.TrimSpace(v.Feed)}
	if e.Feed == "" {
		e.Feed = feedName
	}
	e.GUID, e.Lang = clean(v.GUID), clean(v.Lang)
	e.Title, e.Summary, e.Content = feed.PlainText(v.Title), feed.PlainText(v.Summary), feed.PlainText(v.Content)
	if e.Title == "" && e.Summary == "" && e.Content == "" {
		return nil, &badEntry{where, errors.New("has no title, summary or content")}
	}
	e.URL = clean(v.URL)
	if e.Canonical = feed.Canonical(e.URL); e.Canonical == "" {
		if strings.HasPrefix(e.URL, "/") { // identifies within its feed, and leads nowhere
			e.Canonical = feed.Canonical("https://" + strings.Trim(notName.ReplaceAllString(strings.ToLower(e.Feed), "-"), "-._") + ".invalid" + e.URL)
		}
		e.URL = "" // not a web address
	}
	e.PublishedFrom = news.PublishedNone
	if v.Published != "" {
		e.Published, e.PublishedFrom = feed.ParseDate(v.Published, time.UTC, time.Now())
	}
	return e, nil
}

func clean(s string) string { return strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD")) }

// dir is a directory of text and HTML files, by name.
type dir struct {
	root, feed, version string
	files               []dirFile
	others              int // files of other kinds
	next                int
}

// dirFile is a file of a directory, or why something there is none.
type dirFile struct {
	path string
	err  error
}

// openDir lists a directory, or a single file. What cannot be read in it is an
// unreadable entry and hides nothing else.
func openDir(root, feedName string) (*dir, error) {
	d := &dir{root: root, feed: feedName}
	if d.feed == "" {
		name, err := filepath.Abs(root) // "." has no name of its own
		if err != nil {
			return nil, err
		}
		if d.feed = filepath.Base(name); isDocument(name) {
			d.feed = strings.TrimSuffix(d.feed, filepath.Ext(name))
		}
	}
	h := sha256.New()
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			if p == root {
				return err
			}
			d.files = append(d.files, dirFile{p, err})
			return nil
		}
		if e.IsDir() {
			return nil
		}
		fi, err := os.Stat(p) // a link counts as what it leads to
		switch {
		case err == nil && fi.IsDir():
			err = errors.New("a link to a directory, which is not followed: name the directory itself")
		case !isDocument(p):
			d.others++
			return nil
		case err == nil && !fi.Mode().IsRegular():
			err = errors.New("neither a file nor a link to one")
		case err == nil:
			fmt.Fprintln(h, p, fi.Size(), fi.ModTime().UnixNano())
		}
		d.files = append(d.files, dirFile{p, err})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(d.files) == 0 {
		return nil, fmt.Errorf("no %s file in it", strings.Join(documentKinds, ", "))
	}
	d.version = fmt.Sprintf("%x", h.Sum(nil)[:12])
	return d, nil
}

func (d *dir) Next(context.Context) (*news.ImportEntry, error) {
	if d.next >= len(d.files) {
		return nil, io.EOF
	}
	f := d.files[d.next]
	d.next++
	if f.err != nil {
		return nil, &badEntry{f.path, withoutPath(f.err)}
	}
	title, body, err := readDocument(f.path)
	if err != nil {
		return nil, &badEntry{f.path, withoutPath(err)}
	}
	rel, err := filepath.Rel(d.root, f.path)
	if err != nil || rel == "." {
		rel = filepath.Base(f.path)
	}
	e := &news.ImportEntry{Feed: d.feed}
	e.GUID, e.Title, e.Content, e.PublishedFrom = "file:"+filepath.ToSlash(rel), title, body, news.PublishedNone
	if day := datedName.FindString(filepath.Base(f.path)); day != "" {
		e.Published, e.PublishedFrom = feed.ParseDate(day, time.UTC, time.Now())
	}
	return e, nil
}

// withoutPath is an error of the file system where the path is named anyway.
func withoutPath(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// datedName finds the date that a file's name begins with.
var datedName = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)

// Note says what of the directory is no entry.
func (d *dir) Note() string {
	if d.others == 0 {
		return ""
	}
	return fmt.Sprintf("%s passed over: only %s are read", plural(int64(d.others), "file", "files"), strings.Join(documentKinds, ", "))
}

func (d *dir) Cursor() string       { return strconv.Itoa(d.next) }
func (d *dir) Version() string      { return d.version }
func (d *dir) Done() (int64, int64) { return int64(d.next), int64(len(d.files)) }
func (d *dir) OwnGUIDs() bool       { return true }
func (d *dir) Close() error         { return nil }

// maxTitle is the longest first line, in bytes, that is taken for a title.
const maxTitle = 160

// readDocument reads one file as a title and a text. A text file's first line is
// its title when it is short and does not end as a sentence does.
func readDocument(path string) (title, body string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxEntry+1))
	if err != nil {
		return "", "", err
	}
	if len(b) > maxEntry {
		return "", "", fmt.Errorf("larger than %d MiB", maxEntry>>20)
	}
	if ext := strings.ToLower(filepath.Ext(path)); ext == ".html" || ext == ".htm" {
		return text.ExtractPage(b, "", "")
	}
	return splitText(b)
}

func splitText(b []byte) (title, body string, err error) {
	b, isText := feed.UTF8(b)
	if !isText {
		return "", "", errors.New("no text: it holds zero bytes")
	}
	body = strings.TrimSpace(strings.ToValidUTF8(string(b), "\uFFFD"))
	if body == "" {
		return "", "", errors.New("empty")
	}
	first, rest, _ := strings.Cut(body, "\n")
	first = strings.TrimSpace(first)
	if len(first) <= maxTitle && !strings.HasSuffix(first, ".") && strings.TrimSpace(rest) != "" {
		return first, strings.TrimSpace(rest), nil
	}
	return "", body, nil
}
