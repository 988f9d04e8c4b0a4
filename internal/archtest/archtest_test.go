package archtest_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"trucewatch/internal/archtest"
)

func TestTheProgramKeepsItsRules(t *testing.T) {
	found, err := archtest.Violations(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Error(v)
	}
}

func TestEveryPackageOfTheRulesExists(t *testing.T) {
	for _, pkg := range archtest.Packages() {
		files, err := fs.Glob(os.DirFS("../.."), pkg+"/*.go")
		if err != nil || len(files) == 0 {
			t.Errorf("the rules speak of %s, which has no source: remove its line", pkg)
		}
	}
}

// TestPlantedViolationsAreFound shows that each rule can fail: one small file
// breaks it, and the same in its rightful place does not.
func TestPlantedViolationsAreFound(t *testing.T) {
	for _, c := range []struct {
		why, file, text string
		want            string // "" passes
	}{
		{"an arrow the wrong way", "store/x.go", "package store\nimport _ \"trucewatch/notify\"\n", "store/x.go:2: store imports notify"},
		{"an arrow that is drawn", "notify/x.go", "package notify\nimport _ \"trucewatch/internal/news\"\n", ""},
		{"the nouns know nobody", "internal/news/x.go", "package news\nimport _ \"trucewatch/monitor/text\"\n", "internal/news imports monitor/text"},
		{"a test is free of arrows", "store/x_test.go", "package store\nimport _ \"trucewatch/notify\"\n", ""},
		{"a package out of nowhere", "internal/utils/x.go", "package utils\n", "internal/utils is not in the rules"},
		{"a library in the wrong package", "monitor/x.go", "package monitor\nimport _ \"github.com/slack-go/slack\"\n", "belongs to notify/slack.go"},
		{"a library in the wrong file of its package", "monitor/poll.go", "package monitor\nimport _ \"github.com/robfig/cron/v3\"\n", "belongs to monitor/schedule.go"},
		{"a library in its file", "monitor/schedule.go", "package monitor\nimport _ \"github.com/robfig/cron/v3\"\n", ""},
		{"a package of an owned module", "monitor/text/x.go", "package text\nimport _ \"github.com/mmcdole/gofeed/rss\"\n", "belongs to monitor/feed"},
		{"a library without an owner", "notify/x.go", "package notify\nimport _ \"github.com/nobody/nothing\"\n", "nobody owns yet"},
		{"SQL outside the store", "monitor/x.go", "package monitor\nimport _ \"database/sql\"\n", "belongs to store"},
		{"another generation of math/rand", "monitor/x.go", "package monitor\nimport _ \"math/rand/v2\"\n", ""},
		{"a random seed", "monitor/text/x.go", "package text\nimport _ \"hash/maphash\"\n", "belongs to nobody"},
		{"structured logs are not log", "monitor/x.go", "package monitor\nimport _ \"log/slog\"\n", ""},
		{"a clock in a decision", "monitor/story/x.go", "package story\nimport \"time\"\nvar T = time.Now()\n", "monitor/story/x.go:3: uses time.Now"},
		{"a clock under another name", "monitor/story/x.go", "package story\nimport clock \"time\"\nvar T = clock.Now()\n", "uses time.Now"},
		{"a clock beside the file that may", "monitor/poll.go", "package monitor\nimport \"time\"\nvar T = time.Now()\n", "uses time.Now"},
		{"the clock where it is read", "monitor/schedule.go", "package monitor\nimport \"time\"\nvar T = time.Now()\n", ""},
		{"the clock in the command", "cmd/trucewatch/x.go", "package main\nimport \"time\"\nvar T = time.Now()\n", ""},
		{"a method of the same name", "monitor/x.go", "package monitor\ntype c struct{}\nfunc (c) Now() {}\nvar time c\nfunc f() { time.Now() }\n", ""},
		{"a second way out", "notify/x.go", "package notify\nimport \"net/http\"\nvar c = http.Client{}\n", "uses net/http.Client"},
		{"the default client", "cmd/trucewatch/x.go", "package main\nimport \"net/http\"\nvar c = http.DefaultClient\n", "uses net/http.DefaultClient"},
		{"a connection by hand", "monitor/feed/x.go", "package feed\nimport \"net\"\nvar d = net.Dial\n", "uses net.Dial"},
		{"an exit deep down", "store/x.go", "package store\nimport \"os\"\nfunc f() { os.Exit(1) }\n", "uses os.Exit"},
		{"a print deep down", "store/x.go", "package store\nimport \"fmt\"\nfunc f() { fmt.Println() }\n", "uses fmt.Println"},
		{"the global logger", "store/x.go", "package store\nimport \"log/slog\"\nfunc f() { slog.Info(\"x\") }\n", "uses log/slog.Info"},
		{"a test that sleeps", "store/x_test.go", "package store\nimport \"time\"\nfunc f() { time.Sleep(1) }\n", "waits in real time"},
		{"a path of one machine", "docs/x.md", "See\nit in /" + "work/main.\n", "docs/x.md:2: names /" + "work/"},
		{"the same in source", "store/x.go", "package store\nconst p = \"/" + "root/x\"\n", "path of one machine"},
		{"a neighbour of the project", "Makefile", "x:\n\tcp ../" + "shared/y .\n", "path of one machine"},
		{"an address is no path", "docs/x.md", "https://example.org/" + "work/x\n", ""},
		{"the history is not read", ".git/x.md", "/" + "work/main\n", ""},
		{"a Go file among test data is not compiled", "store/testdata/x.go", "package nowhere\n", ""},
	} {
		found, err := archtest.Violations(fstest.MapFS{c.file: {Data: []byte(c.text)}})
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		got := strings.Join(found, "\n")
		if c.want == "" && got != "" || c.want != "" && (len(found) != 1 || !strings.Contains(got, c.want)) {
			t.Errorf("%s: found %q, want %q", c.why, got, c.want)
		}
	}
}

func TestSourceThatDoesNotParseIsAnError(t *testing.T) {
	if _, err := archtest.Violations(fstest.MapFS{"store/x.go": {Data: []byte("package")}}); err == nil {
		t.Error("a file that does not parse passes")
	}
}
