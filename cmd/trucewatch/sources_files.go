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

// openFile opens a file as JSON Lines and a directory as one entry a file.
func openFile(path, feedName, cursor string) (source, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if fi.IsDir() {
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
		b, err := l.line()
		if err != nil {
			return nil, err
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
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, &badEntry{where, fmt.Errorf("not a JSON object of strings: %w", err)}
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
	files               []string
	next                int
}

func openDir(root, feedName string) (*dir, error) {
	d := &dir{root: root, feed: feedName}
	if d.feed == "" {
		d.feed = filepath.Base(root)
	}
	h := sha256.New()
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !slices.Contains([]string{".txt", ".md", ".html", ".htm"}, strings.ToLower(filepath.Ext(p))) {
			return err
		}
		fi, err := e.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(h, p, fi.Size(), fi.ModTime().UnixNano())
		d.files = append(d.files, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(d.files) == 0 {
		return nil, errors.New("no .txt, .md, .html or .htm file in it")
	}
	d.version = fmt.Sprintf("%x", h.Sum(nil)[:12])
	return d, nil
}

func (d *dir) Next(context.Context) (*news.ImportEntry, error) {
	if d.next >= len(d.files) {
		return nil, io.EOF
	}
	p := d.files[d.next]
	d.next++
	title, body, err := readDocument(p)
	if err != nil {
		return nil, &badEntry{p, err}
	}
	rel, err := filepath.Rel(d.root, p)
	if err != nil {
		return nil, err
	}
	e := &news.ImportEntry{Feed: d.feed}
	e.GUID, e.Title, e.Content, e.PublishedFrom = "file:"+filepath.ToSlash(rel), title, body, news.PublishedNone
	return e, nil
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
	fi, err := os.Stat(path)
	if err != nil {
		return "", "", err
	}
	if fi.Size() > maxEntry {
		return "", "", fmt.Errorf("larger than %d MiB", maxEntry>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", "", err
	}
	if ext := strings.ToLower(filepath.Ext(path)); ext == ".html" || ext == ".htm" {
		return text.ExtractPage(b, "", "")
	}
	return splitText(b)
}

func splitText(b []byte) (title, body string, err error) {
	if !utf8.Valid(b) {
		return "", "", errors.New("not UTF-8 text; convert it first")
	}
	body = strings.TrimSpace(strings.TrimPrefix(string(b), "\uFEFF"))
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
