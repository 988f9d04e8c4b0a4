package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"trucewatch/internal/config"
)

// accepts tells whether a value keeps a schema, as far as schemas are used here.
func (s *schema) accepts(v any) bool {
	types := []string{}
	switch t := s.Type.(type) {
	case string:
		types = []string{t}
	case []string:
		types = t
	}
	kind := ""
	switch x := v.(type) {
	case nil:
		kind = "null"
	case string:
		kind = "string"
	case bool:
		kind = "boolean"
	case int:
		kind = "integer"
	case float64:
		kind = "number"
		if x == math.Trunc(x) && slices.Contains(types, "integer") {
			kind = "integer"
		}
	case []any:
		kind = "array"
	case map[string]any:
		kind = "object"
	}
	if !slices.Contains(types, kind) && !(kind == "integer" && slices.Contains(types, "number")) {
		return false
	}
	switch x := v.(type) {
	case string:
		if s.Pattern != "" && (x == "" || !regexp.MustCompile(s.Pattern).MatchString(x)) || s.Enum != nil && !slices.Contains(s.Enum, x) {
			return false
		}
	case int:
		if s.Minimum != nil && (float64(x) < *s.Minimum || float64(x) > *s.Maximum) {
			return false
		}
	case float64:
		if s.Minimum != nil && (x < *s.Minimum || x > *s.Maximum) {
			return false
		}
	case []any:
		for _, e := range x {
			if !s.Items.accepts(e) {
				return false
			}
		}
	case map[string]any:
		for _, k := range s.Required {
			if _, ok := x[k]; !ok {
				return false
			}
		}
		for k, e := range x {
			p, known := s.Properties[k]
			if !known || !p.accepts(e) {
				return false
			}
		}
	}
	return true
}

func loads(t *testing.T, y string) error {
	t.Helper()
	_, err := config.Read(strings.NewReader(y), config.Where{File: "c.yaml"}, checks)
	return err
}

// both fails unless schema and loader agree on a configuration, and on want.
func both(t *testing.T, y string, want bool) {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(y), &v); err != nil {
		t.Fatalf("%s: %v", y, err)
	}
	err := loads(t, y)
	if got := configSchema().accepts(v); got != want || (err == nil) != want {
		t.Errorf("the schema says %v, the loader %v, want %v:\n%s", got, err, want, y)
	}
}

// keyAt writes a value at the path of a key, with what its entry of a list needs.
func keyAt(path, value string) string {
	list, key, inList := strings.Cut(path, "[].")
	if inList {
		need := map[string]string{"topics": "name: x", "feeds": "name: X, url: \"https://x.example/rss\"", "digests": "name: x, channel: terminal, cron: \"0 8 * * *\"", "alerts": "name: x, channel: terminal"}[list]
		fields := slices.DeleteFunc(strings.Split(need, ", "), func(f string) bool { return strings.HasPrefix(f, key+":") })
		fields = append(fields, key+": "+value)
		if key == "kind" && value == "recap" {
			fields = append(fields, "window: 7d")
		}
		return fmt.Sprintf("%s: [{%s}]\n", list, strings.Join(fields, ", "))
	}
	if group, key, ok := strings.Cut(path, "."); ok {
		return fmt.Sprintf("%s: {%s: %s}\n", group, key, value)
	}
	return fmt.Sprintf("%s: %s\n", path, value)
}

func schemaAt(t *testing.T, path string) *schema {
	t.Helper()
	s := configSchema()
	for part := range strings.SplitSeq(path, ".") {
		name, isList := strings.CutSuffix(part, "[]")
		if s = s.Properties[name]; s == nil {
			t.Fatalf("the schema has no %s", path)
		}
		if isList {
			s = s.Items
		}
	}
	return s
}

func TestTheSchemaIsWhatTheLoaderReads(t *testing.T) {
	shipped, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	both(t, string(shipped), true)
	for _, path := range config.Keys() {
		s := schemaAt(t, path)
		if s.Description == "" {
			t.Errorf("%s has no description", path)
		}
		if path == "digests[].window" {
			continue // takes a recap
		}
		both(t, keyAt(path, "{an: object}"), false)
		isList := s.Items != nil
		text, number := s.Type == "string" && s.Pattern == "", s.Type == "integer" || s.Type == "number"
		switch {
		case isList:
			both(t, keyAt(path, "word"), false)
			both(t, keyAt(path, "[1]"), false)
		case text:
			both(t, keyAt(path, "12"), false)
			both(t, keyAt(path, "true"), false)
		case number:
			both(t, keyAt(path, "word"), false)
			if b, ok := bounds[path]; ok {
				both(t, keyAt(path, fmt.Sprint(b[0])), true)
				both(t, keyAt(path, fmt.Sprint(b[1])), true)
				both(t, keyAt(path, fmt.Sprint(b[1]+1)), false)
			}
		case s.Type == "boolean":
			both(t, keyAt(path, "true"), true)
			both(t, keyAt(path, `"yes"`), false)
		default: // durations and sizes
			both(t, keyAt(path, "word"), false)
			both(t, keyAt(path, `""`), false)
			both(t, keyAt(path, "-5m"), false)
		}
		known := s.Enum
		if isList {
			known = s.Items.Enum
		}
		for _, w := range known {
			value := w
			if isList {
				value = "[" + w + "]"
			}
			both(t, keyAt(path, value), true)
		}
		if known != nil {
			wrong := "nonsense"
			if isList {
				wrong = "[nonsense]"
			}
			both(t, keyAt(path, wrong), false)
			if err := loads(t, keyAt(path, wrong)); err == nil || strings.Contains(err.Error(), "use one of") && !mentionsAll(err.Error(), known) {
				t.Errorf("%s: the loader knows other words: %v", path, err)
			}
		}
	}
	for path := range words {
		schemaAt(t, path)
	}
	for _, y := range []string{"unknown: 1\n", "poll: {evry: 5m}\n", "feeds: [{name: X}]\n", "digests: [{name: x, channel: terminal}]\n"} {
		both(t, y, false)
	}
	for _, d := range []string{"90m", "1w2d", "1.5h", "36h", "1d12h"} {
		both(t, keyAt("ops.failed_for", d), true)
	}
	for _, size := range []string{"1MiB", "64 KiB", "1000000"} {
		both(t, keyAt("http.max_body", size), true)
	}
}

func mentionsAll(s string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(s, w) })
}

// The schema in docs is what the program writes; editors fetch it from there.
func TestTheSchemaInDocsIsCurrent(t *testing.T) {
	b, err := os.ReadFile("../../docs/config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var w strings.Builder
	if err := writeJSON(&w, configSchema()); err != nil {
		t.Fatal(err)
	}
	if w.String() != string(b) {
		t.Error("docs/config.schema.json is old: make schema")
	}
	if !json.Valid(b) {
		t.Error("not JSON")
	}
}

func TestBashCompletesCommandsAndFlags(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("bash is needed, as for .ci/run")
	}
	var script strings.Builder
	completeBash(&script, completions(model()))
	file := filepath.Join(t.TempDir(), "c.bash")
	write(t, file, script.String())
	for typed, want := range map[string]string{
		"trucewatch sta":                     "status",
		"trucewatch -v feeds pa":             "pause",
		"trucewatch once --dry":              "--dry-run",
		"trucewatch status --conf":           "--config",
		"trucewatch generate completion fi":  "fish",
		"trucewatch outbox list --for":       "--format",
		"trucewatch -c feeds.yaml feeds res": "resume",
	} {
		words := strings.Fields(typed)
		cmd := exec.Command(bash, "-c", `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _trucewatch; echo "${COMPREPLY[@]}"`, "-", file)
		cmd.Args = append(cmd.Args, words...)
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%q is completed with %q (%v), want %q", typed, got, err, want)
		}
	}
}

// Every command and flag stands in the manual and in each completion.
func TestManualAndCompletionsNameEverything(t *testing.T) {
	app := model()
	var man, zsh, fish strings.Builder
	writeMan(&man, app)
	all := completions(app)
	completeZsh(&zsh, all)
	completeFish(&fish, all)
	if len(all) < 20 {
		t.Fatalf("only %d commands", len(all))
	}
	for _, c := range all {
		for _, w := range c.words {
			if !strings.Contains(man.String(), roff(strings.TrimPrefix(w, "--"))) {
				t.Errorf("the manual lacks %s %s", c.path, w)
			}
			if !strings.Contains(zsh.String(), w) || !strings.Contains(fish.String(), w) {
				t.Errorf("a completion lacks %s %s", c.path, w)
			}
		}
	}
	for i, line := range strings.Split(man.String(), "\n") {
		if strings.HasPrefix(line, ".") && !regexp.MustCompile(`^\.(TH|SH|SS|TP|PP|B|I)\b`).MatchString(line) {
			t.Errorf("line %d of the manual is an unknown request: %q", i+1, line)
		}
	}
}
