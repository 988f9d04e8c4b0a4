package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trucewatch/internal/config"
)

var update = flag.Bool("update", false, "rewrite the expected problems in testdata/problems")

// TestProblems reads each testdata/problems/*.txtar: the configuration, and what is
// said of it. An empty want section means that it is accepted.
func TestProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/problems/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, want, ok := strings.Cut(string(b), "-- want --\n")
			_, input, ok2 := strings.Cut(head, "-- config.yaml --\n")
			if !ok || !ok2 {
				t.Fatal("no config.yaml and want sections")
			}
			got := ""
			_, err = config.Read(strings.NewReader(input), config.Where{File: "etc/config.yaml"}, checks)
			if err != nil {
				got = err.Error() + "\n"
			}
			for _, secret := range []string{"hunter2", "2-secret", "secret-id"} {
				if strings.Contains(got, secret) {
					t.Errorf("a secret is shown:\n%s", got)
				}
			}
			if *update {
				if err := os.WriteFile(file, []byte(head+"-- want --\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestEveryProblemHasItsParts(t *testing.T) {
	text := "poll: {every: 15s}\nfeeds: [{name: a}]\nbogus: 1\n"
	_, err := config.Read(strings.NewReader(text), config.Where{File: "config.yaml"}, checks)
	bad, ok := errors.AsType[*config.Invalid](err)
	if !ok {
		t.Fatalf("got %v, want *Invalid", err)
	}
	var lines []int
	for _, p := range bad.Problems {
		lines = append(lines, p.Line)
		if p.Path == "" || p.Found == "" || p.Fix == "" {
			t.Errorf("problem lacks a part: %+v", p)
		}
	}
	if len(lines) != 3 || lines[0] != 1 || lines[1] != 2 || lines[2] != 3 {
		t.Errorf("problems on lines %v, want 1, 2 and 3:\n%v", lines, err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

func TestAFileThatCannotBeReadIsNotCalledInvalid(t *testing.T) {
	_, err := config.Read(brokenReader{}, config.Where{File: "config.yaml"}, checks)
	if _, invalid := errors.AsType[*config.Invalid](err); invalid || err == nil || !strings.Contains(err.Error(), "config.yaml: input/output error") {
		t.Errorf("got %v", err)
	}
}

func TestAHugeFileIsRefused(t *testing.T) {
	_, err := config.Read(strings.NewReader(strings.Repeat("# filler\n", 4<<20)), config.Where{File: "config.yaml"}, checks)
	if err == nil || !strings.Contains(err.Error(), "over 32 MiB") {
		t.Errorf("got %v", err)
	}
}
