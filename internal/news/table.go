package news

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// number is what may begin as a formula does and is none.
var number = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

// Inert keeps a spreadsheet from taking a publisher's words for a formula: what begins
// as one, in signs of any width, be it behind blanks, gets an apostrophe before it, and so
// does what begins with a tab or a line's end. All else, numbers too, stays as it is.
func Inert(cell string) string {
	if cell == "" || number.MatchString(cell) {
		return cell
	}
	first := strings.TrimLeftFunc(cell, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) })
	if r, _ := utf8.DecodeRuneInString(first); strings.ContainsRune("=+-@＝＋－＠", r) && first != "" || strings.ContainsRune("\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
