package store

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// QueryError says what of a search cannot be understood, and what to write instead.
type QueryError struct{ Problem string }

func (e *QueryError) Error() string { return e.Problem }

func badQuery(format string, args ...any) error { return &QueryError{fmt.Sprintf(format, args...)} }

// matchExpression turns what a person wrote into a full-text query that is valid
// whatever it holds: words that all must occur, "phrases", begin* for what begins so,
// OR between two alternatives, -word or NOT word for what must not occur. A word is
// found in its other endings too, as far as forms knows them. What cannot be
// understood is a *QueryError, and never guessed at.
func matchExpression(s string) (string, error) {
	parsed, err := terms(s)
	if err != nil {
		return "", err
	}
	var all, none []string
	for _, t := range parsed {
		e := t.expression()
		switch {
		case t.not:
			none = append(none, e)
		case t.or:
			all[len(all)-1] = "(" + all[len(all)-1] + " OR " + e + ")"
		default:
			all = append(all, e)
		}
	}
	if len(all) == 0 && len(none) > 0 {
		return "", badQuery("%q says only what must not occur: add a word to look for", s)
	}
	if len(all) == 0 {
		return "", badQuery("%q holds no word to look for", s)
	}
	out := strings.Join(all, " AND ")
	for _, e := range none {
		out = "(" + out + ") NOT " + e
	}
	return out, nil
}

// term is a word or phrase of a query.
type term struct {
	text   string
	quoted bool
	not    bool // must not occur
	or     bool // an alternative to the term before
}

var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`)

// terms reads a query. Words and phrases without a letter or digit are passed over.
func terms(s string) (out []term, err error) {
	clean := quotes.Replace(strings.ToValidUTF8(s, " "))
	parts := strings.Split(clean, `"`)
	if len(parts)%2 == 0 {
		return nil, badQuery("a quotation mark is never closed: want \"a phrase\"")
	}
	operator := "" // the one that waits for its term
	used := false
	add := func(t term) error {
		if len(indexWords(t.text)) == 0 {
			return nil
		}
		if !t.quoted && strings.Contains(strings.TrimSuffix(t.text, "*"), "*") {
			return badQuery("%s: * stands at the end of a word, for all that begins so", t.text)
		}
		t.not, t.or = t.not || operator == "NOT", operator == "OR"
		if t.or && (t.not || out[len(out)-1].not) {
			return badQuery("OR stands between two words to look for, neither of which must be absent")
		}
		operator = ""
		if out = append(out, t); len(out) > maxTerms {
			return badQuery("more than %d words", maxTerms)
		}
		return nil
	}
	for i, part := range parts {
		if i%2 == 1 {
			if err := add(term{text: part, quoted: true}); err != nil {
				return nil, err
			}
			continue
		}
		for _, w := range strings.Fields(part) {
			switch {
			case w == "OR" || w == "NOT" || w == "AND":
				if operator != "" || w == "OR" && len(out) == 0 {
					return nil, badQuery("%s stands between two words", w)
				}
				used = true
				if w != "AND" { // all words must occur anyway
					operator = w
				}
			case w == "NEAR" || strings.HasPrefix(w, "NEAR/"):
				return nil, badQuery("NEAR is not understood: put words that stand together into quotation marks")
			case w == "-" && i+1 < len(parts) && strings.HasSuffix(part, "-"):
				operator = "NOT" // of the phrase that follows
			default:
				t := term{text: strings.TrimPrefix(w, "-")}
				t.not = t.text != w
				if err := add(t); err != nil {
					return nil, err
				}
			}
		}
	}
	if operator != "" {
		return nil, badQuery("%s stands between two words", operator)
	}
	if used && strings.ContainsAny(clean, "()") {
		return nil, badQuery("parentheses are not understood: OR joins its two neighbours, so that \"a OR b c\" is (a OR b) and c")
	}
	return out, nil
}

// indexWords are the words of a text as the full-text index divides it.
func indexWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// expression is the term as the full-text index reads it. Everything stands in
// quotes, and nothing but letters, digits and a last asterisk within them, so that
// no word is ever an operator.
func (t term) expression() string {
	ws := indexWords(t.text)
	alternatives := []string{strings.Join(ws, " ")}
	switch {
	case strings.HasSuffix(t.text, "*"):
		alternatives = []string{strings.Join(ws, " ") + "*"}
	case !t.quoted:
		alternatives = append(alternatives, forms(t.text, ws)...)
	}
	for i, a := range alternatives {
		alternatives[i] = `"` + a + `"`
	}
	if len(alternatives) == 1 {
		return alternatives[0]
	}
	return "(" + strings.Join(alternatives, " OR ") + ")"
}

// letterApostrophe is the one apostrophe that does not divide a word in the index.
const letterApostrophe = "ʼ"

// forms are other spellings and endings of a word, as phrases of the index in which a
// last asterisk is any ending. Its words are what the index divides it into.
func forms(word string, ws []string) (out []string) {
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	switch {
	case len(ws) == 1:
		for _, w := range withYo(strings.ReplaceAll(ws[0], letterApostrophe, "")) {
			add(anyEnding(w))
		}
		if before, after, ok := strings.Cut(ws[0], letterApostrophe); ok {
			for _, f := range divided(before, after) {
				add(f)
			}
		}
	case len(ws) == 2 && strings.ContainsAny(word, "'’`"):
		for _, f := range divided(ws[0], ws[1]) {
			add(f)
		}
		add(anyEnding(ws[0] + ws[1])) // written without it
	case strings.Contains(word, "-"):
		add(anyEnding(strings.Join(ws, "")))
	}
	return out
}

// divided are the forms of a word with an apostrophe. Where what stands before it is
// long enough to tell the word, that is enough; else the ending alone is left open.
func divided(before, after string) []string {
	if utf8.RuneCountInString(before) >= stemLetters {
		return []string{before + "*"}
	}
	stem := strings.TrimPrefix(anyEnding(before+after), before)
	if !cyrillic(before+after) || len(stem) < 2 {
		return []string{before + " " + after, before + letterApostrophe + after}
	}
	return []string{before + " " + stem, before + letterApostrophe + stem}
}

// stemLetters is the fewest letters that tell a word from others.
const stemLetters = 5

// longEndings are those of three letters that Ukrainian and Russian words inflect with.
var longEndings = []string{"ами", "ями", "ого", "его", "ому", "ему", "ими", "ыми", "ові", "еві"}

// anyEnding leaves a word's ending open: a Cyrillic one, which is inflected, loses up to
// three letters; to others endings are added. "" when it is too short to tell it by.
func anyEnding(w string) string {
	r := []rune(w)
	n := len(r)
	switch {
	case n < stemLetters:
		return ""
	case !cyrillic(w):
		return w + "*"
	case n >= 7 && slices.Contains(longEndings, strings.ToLower(string(r[n-3:]))):
		n -= 3
	case n >= 7:
		n -= 2
	default:
		n--
	}
	return string(r[:n]) + "*"
}

func cyrillic(w string) bool {
	return !strings.ContainsFunc(w, func(r rune) bool { return !unicode.Is(unicode.Cyrillic, r) })
}

// withYo are the spellings of a Russian word with and without the dots that most
// papers leave out: the word, with е for each ё, and with ё for one е each.
func withYo(w string) []string {
	out := []string{w}
	if plain := strings.NewReplacer("ё", "е", "Ё", "Е").Replace(w); plain != w {
		return append(out, plain)
	}
	for i, r := range w {
		if r == 'е' || r == 'Е' {
			out = append(out, w[:i]+"ё"+w[i+utf8.RuneLen(r):])
		}
	}
	return out[:min(len(out), 5)]
}
