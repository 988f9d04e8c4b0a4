package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is one thing wrong with the file.
type Problem struct {
	Line  int    // 0 when it has none
	Path  string // such as feeds[3].every; "" is the whole file
	Found string // what is wrong, naming what was found
	Fix   string
}

// Invalid is the error of a configuration that was read but cannot be used.
type Invalid struct {
	File     string
	Problems []Problem // by line
}

// Error lists every problem on a line of its own, as
// "config.yaml:12: feeds[3].every: 15s is below one minute; use 1m or more".
func (e *Invalid) Error() string {
	rows := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		var b strings.Builder
		b.WriteString(filepath.Base(e.File))
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
		if p.Path != "" {
			b.WriteString(p.Path + ": ")
		}
		b.WriteString(p.Found + "; " + p.Fix)
		rows[i] = b.String()
	}
	return strings.Join(rows, "\n")
}

func (e *Invalid) add(line int, path, found, fix string) {
	e.Problems = append(e.Problems, Problem{line, path, oneLine(found), oneLine(fix)})
}

// oneLine keeps what the file holds from breaking or colouring a message.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// orNil sorts the problems and returns e, or nil when there are none.
func (e *Invalid) orNil() error {
	if len(e.Problems) == 0 {
		return nil
	}
	slices.SortStableFunc(e.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path))
	})
	return e
}

// lines remembers where in the file each path stands.
type lines map[string]int

// of returns the line of path, or of the nearest thing around it that is in the file.
func (l lines) of(path string) int {
	for path != "" {
		if n := l[path]; n > 0 {
			return n
		}
		path = parent(path)
	}
	return l[""]
}

// parent returns the path of what path stands in.
func parent(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

// has reports whether the file itself says something at path.
func (l lines) has(path string) bool { return l[path] > 0 }

// tokenForm matches what Slack's tokens begin with.
var tokenForm = regexp.MustCompile(`xox[a-z]-|xapp-`)

// quote makes what was found fit for a message: one line, not too long, no secret.
func quote(s string) string {
	const most = 60
	if tokenForm.MatchString(s) {
		return "a Slack token"
	}
	if len(s) > most {
		cut := most
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(s)
}

// suggest returns the fix for a word that is not one of known: the nearest one,
// or all of them.
func suggest(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return "did you mean " + near + "?"
	}
	return "use " + either(known)
}

// suggestKey is suggest for keys, where a word that begins like a key, or that a
// key begins, is meant as that key.
func suggestKey(word string, keys []string) string {
	if nearest(word, keys) == "" && len(word) > 3 {
		for _, k := range keys {
			if strings.HasPrefix(k, word) || len(k) > 3 && strings.HasPrefix(word, k) {
				return "did you mean " + k + "?"
			}
		}
	}
	return suggest(word, keys)
}

// either writes a list of words as "a, b or c".
func either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// nearest returns the known word that word most likely misspells, or "".
func nearest(word string, known []string) string {
	if len(word) > 40 {
		return ""
	}
	word = strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(word))
	best, least := "", 1+max(1, len(word)/3)
	for _, k := range known {
		if d := distance(word, strings.ReplaceAll(k, "-", "_")); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the number of single-byte insertions, deletions, substitutions and
// swaps of neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
