package config_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
)

// FuzzRead holds Read to what its callers rest on: it fails only with problems
// that have all their parts, always says the same, and what it accepts can be used
// without looking again.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/problems/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		_, b, _ = bytes.Cut(b, []byte("-- config.yaml --\n"))
		b, _, _ = bytes.Cut(b, []byte("-- want --\n"))
		f.Add(string(b))
	}
	where := config.Where{File: "config.yaml"}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.Read(strings.NewReader(text), where, checks)
		again, err2 := config.Read(strings.NewReader(text), where, checks)
		if !reflect.DeepEqual(c, again) || !reflect.DeepEqual(err, err2) {
			t.Fatalf("read twice, said two things: %v and %v", err, err2)
		}
		if err != nil {
			bad, ok := errors.AsType[*config.Invalid](err)
			if !ok || len(bad.Problems) == 0 {
				t.Fatalf("error without problems: %v", err)
			}
			for i, p := range bad.Problems {
				if p.Found == "" || p.Fix == "" || p.Line < 0 || p.Line > strings.Count(text, "\n")+strings.Count(text, "\r")+strings.Count(text, "\u0085")+strings.Count(text, "\u2028")+strings.Count(text, "\u2029")+2 {
					t.Errorf("problem lacks a part or stands nowhere: %+v", p)
				}
				if i > 0 && p.Line < bad.Problems[i-1].Line {
					t.Errorf("problems out of order: %v", err)
				}
			}
			if n := strings.Count(err.Error(), "\n"); n != len(bad.Problems)-1 {
				t.Errorf("%d problems on %d lines:\n%v", len(bad.Problems), n+1, err)
			}
			return
		}
		usable(t, c)
		// A key nobody knows is refused wherever it is added.
		if _, err := config.Read(strings.NewReader(text+"\nzzz_unknown: 1\n"), where, checks); err == nil {
			t.Error("an unknown key at the end of an accepted file is accepted")
		}
	})
}

// usable checks what the rest of the program takes for granted.
func usable(t *testing.T, c config.Config) {
	t.Helper()
	if c.Database == "" || c.HTTP.Timeout <= 0 || c.HTTP.MaxBody <= 0 || c.Poll.Min < time.Minute || c.Poll.Max < c.Poll.Min ||
		c.Poll.Every < c.Poll.Min || c.Poll.Every > c.Poll.Max || c.Zone() == nil || len(c.Topics) == 0 || !strings.HasSuffix(c.Slack.APIURL, "/") {
		t.Errorf("accepted, and not usable: %+v", c)
	}
	seen := map[string]bool{}
	for _, f := range c.NewsFeeds() {
		if f.Name == "" || seen[f.Name] || f.Every != 0 && f.Every < time.Minute || !slices.Contains(news.Sides, f.Side) ||
			f.Publisher == "" || !strings.HasPrefix(strings.ToLower(f.URL), "http") {
			t.Errorf("accepted feed: %+v", f)
		}
		seen[f.Name] = true
	}
	told := map[string]bool{}
	for _, d := range c.DigestSpecs(false) {
		if d.Name == "" || told[d.Name] || d.Channel == "" || d.Period < time.Minute || d.Zone == nil || d.Max < 1 || d.Max > 60 || (d.Kind == "recap") != (d.Window > 0) {
			t.Errorf("accepted digest: %+v", d)
		}
		told[d.Name] = true
	}
	for _, a := range c.AlertSpecs(false) {
		if a.Name == "" || told[a.Name] || a.Channel == "" || a.Zone == nil || len(a.When) == 0 || a.MaxPerDay < 1 {
			t.Errorf("accepted alert: %+v", a)
		}
		told[a.Name] = true
	}
}
