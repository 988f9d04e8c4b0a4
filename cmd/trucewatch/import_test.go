package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trucewatch/internal/config"
)

func TestHostileOPMLIsRefusedOrCostsNothing(t *testing.T) {
	feed := `<outline text="a" xmlUrl="https://a.example/"/>`
	for _, c := range []struct{ name, doc, want string }{
		{"nesting", "<opml>" + strings.Repeat("<outline>", 1<<20), "nested deeper than 64"},
		{"namespaces", "<opml>" + strings.Repeat(`<outline xmlns:a="u">`, 100_000), "nested deeper than 64"},
		{"too many feeds", "<opml>" + strings.Repeat(feed, opmlFeeds+1), "more than 10000 feeds"},
		{"no text", "\xff\xfe<\x00", "not UTF-8"},
		{"nothing", "", "not an OPML file"},
		{"a feed", "<rss><channel/></rss>", "begins with <rss>"},
		{"an end too many", "<opml></a></b></c>" + feed + "</opml>", ""},
		{"cut off", "<opml><body>" + feed, ""},
		{"an entity that grows", `<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><opml>` + strings.Replace(feed, `"a"`, `"&b;"`, 1) + "</opml>", ""},
		{"a false label", `<?xml version="1.0" encoding="windows-1251"?><opml>` + feed + "</opml>", ""},
	} {
		got, err := parseOPML([]byte(c.doc))
		switch {
		case c.want == "" && (err != nil || len(got) != 1 || got[0].url != "https://a.example/"):
			t.Errorf("%s: %v, %v; want one feed", c.name, got, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
}

func TestImportRefusesAFileThatIsTooLarge(t *testing.T) {
	name := filepath.Join(t.TempDir(), "big.opml")
	if err := os.WriteFile(name, []byte(strings.Repeat(" ", opmlBytes+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (&ImportCmd{File: name}).read(&env{}); err == nil || !strings.Contains(err.Error(), "larger than 8 MiB") {
		t.Errorf("error %v", err)
	}
}

func TestNamesFromOPMLCannotLeaveTheirLine(t *testing.T) {
	for _, name := range []string{"a\nb: c", "x\u2028y", "\x00", `"}`, `\`, "# no", "- {", "\u202e", "''", "é" + strings.Repeat("ж", 200), "&amp;", "{{", "*a", "!!int 3"} {
		feeds, leftOut := importable([]outlined{{name: plain(name), url: "https://a.example/"}, {name: plain(name), url: "https://b.example/"}}, nil)
		if len(feeds) != 2 || len(leftOut) != 0 {
			t.Fatalf("%q: %v, %v", name, feeds, leftOut)
		}
		file := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(file, []byte("database: t.db\n"), 0o640); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(config.Where{File: file}, checks)
		if err != nil {
			t.Fatal(err)
		}
		if err := appendFeeds(file, cfg, feeds); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%q: mode %v, %v; want it kept", name, info.Mode(), err)
		}
	}
}

func TestFeedsAreAddedWhereTheListIs(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"no list", "database: t.db", "database: t.db\n\nfeeds:\n  NEW\n"},
		{"an empty list", "feeds: []  # none\ndatabase: t.db\n", "feeds:\n  NEW\ndatabase: t.db\n"},
		{"a heading alone", "feeds:\n#  - {name: x, url: y}\ndatabase: t.db\n", "feeds:\n  NEW\n#  - {name: x, url: y}\ndatabase: t.db\n"},
		{"entries not indented", "feeds:\n- {name: a, url: \"https://x.example\"}\ndatabase: t.db\n", "feeds:\n- {name: a, url: \"https://x.example\"}\nNEW\ndatabase: t.db\n"},
		{"the list last, no line end", "feeds:\n   - name: a\n     url: \"https://x.example\"", "feeds:\n   - name: a\n     url: \"https://x.example\"\n   NEW\n"},
		{"Windows line ends", "feeds:\r\n  - {name: a, url: \"https://x.example\"}\r\ndatabase: t.db\r\n", "feeds:\r\n  - {name: a, url: \"https://x.example\"}\r\n  NEW\r\ndatabase: t.db\r\n"},
	} {
		got, err := withFeeds(c.before, []outlined{{name: "n", url: "https://n.example/"}})
		want := strings.ReplaceAll(c.after, "NEW", `- {name: "n", url: "https://n.example/"}`)
		if err != nil || got != want {
			t.Errorf("%s: %v\n%q\nwant\n%q", c.name, err, got, want)
		}
	}
}

// A result that would not load, or change anything else, is not written.
func TestImportNeverBreaksAConfiguration(t *testing.T) {
	for _, before := range []string{
		"feeds:\n  - {name: a, url: \"https://x.example\"}\n...\n",             // the document ends before the end of the file
		"\"feeds\":\n  - {name: a, url: \"https://x.example\"}\n",              // a second list would hide the first
		"database: t.db\nfeeds: [\n  {name: a, url: \"https://x.example\"}]\n", // a list in brackets
	} {
		file := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(config.Where{File: file}, checks)
		if err != nil {
			t.Fatal(err)
		}
		err = appendFeeds(file, cfg, []outlined{{name: "n", url: "https://n.example/"}})
		b, readErr := os.ReadFile(file)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if err != nil && string(b) != before {
			t.Errorf("refused (%v) and yet changed to\n%s", err, b)
		}
		after, loadErr := config.Load(config.Where{File: file}, checks)
		if loadErr != nil || len(after.Feeds) < len(cfg.Feeds) || err == nil && len(after.Feeds) != len(cfg.Feeds)+1 {
			t.Errorf("%q became\n%s\nwhich loads as %d feeds, %v", before, b, len(after.Feeds), loadErr)
		}
		names, err := os.ReadDir(filepath.Dir(file))
		if err != nil || slices.ContainsFunc(names, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") }) {
			t.Errorf("left behind: %v, %v", names, err)
		}
	}
}
