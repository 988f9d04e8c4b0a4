package seeds

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/text"
)

func TestBuiltinSeedsCanBeComparedWith(t *testing.T) {
	all, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 4 {
		t.Errorf("%d seeds, want 4", len(all))
	}
	for _, s := range all {
		fp, err := text.Decode(s.Fingerprint)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		if fp.ContentHash() != s.Hash {
			t.Errorf("%s: fingerprint of %s, want %s", s.Name, fp.ContentHash(), s.Hash)
		}
		if !slices.Equal(fp.Keys(""), s.Keys) {
			t.Errorf("%s: its keys are not those of its fingerprint: make it anew with `trucewatch seed add`", s.Name)
		}
		if s.Date.IsZero() || s.Source == "" || len(s.Keys) == 0 || len(s.Keys) > text.MaxKeys {
			t.Errorf("%s: date %v, source %q, %d keys", s.Name, s.Date, s.Source, len(s.Keys))
		}
	}
}

// A seed file holds numbers and a fingerprint: nothing in it reads as a sentence.
func TestSeedFilesHoldNoText(t *testing.T) {
	files, err := filepath.Glob("*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if words := strings.Fields(line); len(words) > 5 {
				t.Errorf("%s: %q reads as text", f, line)
			}
		}
	}
}

func TestASeedWrittenIsRead(t *testing.T) {
	dir := t.TempDir()
	want := news.Seed{Name: "a-note", Source: "Example", Date: time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC), Lang: "en", Hash: "v1:00", Fingerprint: []byte{1, 2}, Keys: []uint64{1 << 63, 7}}
	if err := Write(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir)
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	if g := got[0]; g.Name != want.Name || !g.Date.Equal(want.Date) || g.Keys[0] != want.Keys[0] || string(g.Fingerprint) != string(want.Fingerprint) {
		t.Errorf("got %+v, want %+v", g, want)
	}
}

func TestABadSeedFileIsNamedAndNothingIsLoaded(t *testing.T) {
	good := `{"name":"good","source":"s","date":"2025-01-02T00:00:00Z","lang":"en","content_hash":"v1:00","fingerprint":"AQ==","keys":[1]}`
	for _, tt := range []struct{ name, body, want string }{
		{"broken.json", `{`, "not a seed file"},
		{"other.json", good, "must agree"},
		{"extra.json", strings.Replace(good, `"good"`, `"extra","text":"words"`, 1), "unknown field"},
		{"empty.json", `{"name":"empty"}`, "no fingerprint"},
		{"large.json", strings.Repeat(" ", maxFile+1), "too many"},
	} {
		dir := t.TempDir()
		for name, body := range map[string]string{"good.json": good, tt.name: tt.body} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := Load(dir)
		if err == nil || len(got) != 0 || !strings.Contains(err.Error(), tt.name) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %d seeds, %v; want an error that names it and says %q", tt.name, len(got), err, tt.want)
		}
	}
	if err := Write(t.TempDir(), news.Seed{Name: "../up"}); err == nil {
		t.Error("a name that leads out of the directory was written")
	}
}
