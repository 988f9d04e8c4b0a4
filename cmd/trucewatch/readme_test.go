package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// readmeCommands are the lines of the README's shell blocks.
func readmeCommands(t *testing.T) (out []string) {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	in := false
	for line := range strings.Lines(string(b)) {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "```"):
			in = line == "```sh"
		case in && line != "":
			out = append(out, line)
		}
	}
	return out
}

// byCI are the commands that .ci/run and the Makefile run themselves.
var byCI = map[string]string{
	"go run ./cmd/trucewatch demo":            "../../.ci/run",
	"go test ./...":                           "../../.ci/run",
	"go build -o trucewatch ./cmd/trucewatch": "", // this test is that program
	"make test":                               "../../Makefile",
	"make lint":                               "../../Makefile",
	"go test ./cmd/trucewatch -run '^$' -bench Farm -benchtime 1x": "../../.ci/run",
}

// Every command of the README works, in the order it is given, in a directory that
// has what it names.
func TestEveryCommandOfTheReadmeWorks(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{
		"config.yaml":    "database: t.db\ndigests: [{name: morning, channel: terminal, cron: \"0 8 * * *\"}]\n",
		"archive.jsonl":  `{"guid":"archive-1","url":"https://a.example/1","title":"Kremlin rejects Kyiv's offer of a 30-day energy truce","summary":"Russia has rejected an offer by Ukraine to stop strikes on power plants.","published":"2025-03-01T10:00:00Z","lang":"en"}` + "\n",
		"background.txt": "The talks began in a cold room in Istanbul, and those who were there remember the coffee as good and the progress as slow.\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(binary(t), filepath.Join(dir, "trucewatch")); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, line := range readmeCommands(t) {
		if by, ok := byCI[line]; ok {
			checkRunBy(t, line, by)
			continue
		}
		if !strings.HasPrefix(line, "./trucewatch ") {
			t.Errorf("no test runs %q", line)
			continue
		}
		ran++
		// exec: a signal reaches the program, not a shell around it.
		cmd := exec.Command("sh", "-c", "exec "+line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "SLACK_BOT_TOKEN=", "TRUCEWATCH_CONFIG=")
		var stop *time.Timer
		if line == "./trucewatch run" { // until told to stop
			stop = time.AfterFunc(2*time.Second, func() { cmd.Process.Signal(os.Interrupt) })
		}
		out, err := cmd.CombinedOutput()
		if stop != nil {
			stop.Stop()
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
	if ran < 10 {
		t.Errorf("only %d commands were run: is the README read right?", ran)
	}
}

// checkRunBy fails unless a file holds what the command runs.
func checkRunBy(t *testing.T, line, by string) {
	t.Helper()
	if by == "" {
		return
	}
	b, err := os.ReadFile(by)
	if err != nil {
		t.Fatal(err)
	}
	want := line
	if target, ok := strings.CutPrefix(line, "make "); ok {
		want = "\n" + target + ":"
	}
	if !strings.Contains(string(b), want) {
		t.Errorf("%s does not run %q", by, line)
	}
}
