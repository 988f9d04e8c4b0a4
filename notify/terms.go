package notify

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trucewatch/internal/news"
)

// Terms are the numbers and dates that make one arrangement another: how long,
// how many for how many, which day. They are normalised so that three outlets
// in six languages give the same term, and casualty counts give none.

// Numerals, units and months by their beginnings, in the shipped languages. A numeral and
// its unit may be one word: "dreitägig", "триденне".
var (
	numerals = map[string]int{
		"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "thirty": 30, "sixty": 60, "ninety": 90,
		"zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "zehn": 10, "dreißig": 30, "sechzig": 60,
		"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "dix": 10, "trente": 30, "soixante": 60,
		"dwa": 2, "dwie": 2, "dwu": 2, "trzy": 3, "trzech": 3, "cztery": 4, "cztero": 4, "pięć": 5, "pięcio": 5, "sześć": 6, "siedem": 7, "dziesięć": 10, "trzydzieści": 30, "trzydziesto": 30,
		"два": 2, "две": 2, "двух": 2, "три": 3, "трех": 3, "трёх": 3, "четыре": 4, "четырех": 4, "пять": 5, "пяти": 5, "шесть": 6, "семь": 7, "семи": 7, "десять": 10, "десяти": 10, "тридцать": 30, "тридцати": 30, "шестьдесят": 60,
		"дві": 2, "двох": 2, "дво": 2, "трьох": 3, "чотири": 4, "чотирьох": 4, "п'ять": 5, "п’ять": 5, "п'яти": 5, "п’яти": 5, "шість": 6, "сім": 7, "тридцять": 30, "тридцяти": 30, "шістдесят": 60,
	}
	unitStems = []struct{ stem, unit string }{
		{"hour", "h"}, {"stund", "h"}, {"stünd", "h"}, {"heure", "h"}, {"godzin", "h"}, {"годин", "h"}, {"час", "h"},
		{"day", "d"}, {"tag", "d"}, {"täg", "d"}, {"jour", "d"}, {"dni", "d"}, {"dzie", "d"}, {"сут", "d"}, {"доб", "d"}, {"дн", "d"}, {"ден", "d"},
		{"week", "w"}, {"woch", "w"}, {"wöch", "w"}, {"semain", "w"}, {"tydz", "w"}, {"tygod", "w"}, {"тижн", "w"}, {"недел", "w"},
		{"month", "m"}, {"monat", "m"}, {"mois", "m"}, {"miesi", "m"}, {"місяц", "m"}, {"місячн", "m"}, {"месяц", "m"}, {"месячн", "m"},
		{"year", "y"}, {"jahr", "y"}, {"рок", "y"}, {"лет", "y"}, {"год", "y"},
	}
	monthStems = []struct {
		stem  string
		month int
	}{
		{"jan", 1}, {"feb", 2}, {"mar", 3}, {"apr", 4}, {"may", 5}, {"jun", 6}, {"jul", 7}, {"aug", 8}, {"sep", 9}, {"oct", 10}, {"nov", 11}, {"dec", 12},
		{"mär", 3}, {"mai", 5}, {"okt", 10}, {"dez", 12},
		{"fév", 2}, {"avr", 4}, {"juin", 6}, {"juil", 7}, {"août", 8}, {"déc", 12},
		{"stycz", 1}, {"lut", 2}, {"kwiet", 4}, {"maj", 5}, {"czerw", 6}, {"lip", 7}, {"sierp", 8}, {"wrze", 9}, {"paźdz", 10}, {"listop", 11}, {"grud", 12},
		{"січ", 1}, {"лют", 2}, {"берез", 3}, {"квіт", 4}, {"трав", 5}, {"черв", 6}, {"лип", 7}, {"серп", 8}, {"верес", 9}, {"жовт", 10}, {"листоп", 11}, {"груд", 12},
		{"янв", 1}, {"фев", 2}, {"март", 3}, {"апр", 4}, {"май", 5}, {"мая", 5}, {"июн", 6}, {"июл", 7}, {"авг", 8}, {"сент", 9}, {"окт", 10}, {"нояб", 11}, {"дек", 12},
	}

	numeralWords = slices.Collect(maps.Keys(numerals))

	durationTerm = term{regexp.MustCompile(`(?i)(?:^|[^\p{L}\p{N}])(\d{1,4}|` + anyOf(slices.Collect(maps.Keys(numerals))) + `)[\s -]*(?:-?х |-?ти |-?и )?(` + anyOf(stems(unitStems)) + `)`), stems(unitStems)}
	exchangeTerm = term{regexp.MustCompile(`(?i)(\d[\d,. ]{0,6}\d|\d)[\s -]*(?:` + strings.Join(exchangeWords, "|") + `)[\s -]*(\d[\d,. ]{0,6}\d|\d)`), exchangeWords}
	dayFirstTerm = term{regexp.MustCompile(`(?i)(?:^|[^\d])(\d{1,2})\.?(?:er)?[\s ]+(` + anyOf(monthNames()) + `)`), monthNames()}
	dayLastTerm  = term{regexp.MustCompile(`(?i)(` + strings.Join(englishMonths, "|") + `)[a-z]*\.?[\s ]+(\d{1,2})(?:[^\d:]|$)`), englishMonths}

	exchangeWords = []string{"for", "gegen", "contre", "pour", "za", "na", "на", "за"}
	englishMonths = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
)

// term is a pattern that matches only where one of its words occurs. Looking for these
// first spares most titles the pattern, which costs a hundred times as much.
type term struct {
	pattern *regexp.Regexp
	words   []string // in lower case
}

// find lists the first matches in s, which is low in lower case, if it may hold any.
func (t term) find(s, low string, may bool) [][]string {
	if !may || !holdsAny(low, t.words) {
		return nil
	}
	return t.pattern.FindAllStringSubmatch(s, 8)
}

// in reports whether s holds the term.
func (t term) in(s string) bool { return t.find(s, strings.ToLower(s), true) != nil }

func holdsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// anyOf is a pattern of literal words, the longer ones before what begins them.
func anyOf(words []string) string {
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	return strings.Join(words, "|")
}

func stems(list []struct{ stem, unit string }) (out []string) {
	for _, u := range list {
		out = append(out, u.stem)
	}
	return out
}

func monthNames() (out []string) {
	for _, m := range monthStems {
		out = append(out, m.stem)
	}
	return out
}

// termsOf are the terms in a report's title, sorted: "30d", "72h", "1000x1000",
// "day 11-24".
func termsOf(r news.Report) []string {
	s := clip(clean(r.Title), 400)
	low := strings.ToLower(s)
	stated := strings.ContainsAny(s, "0123456789")
	var out []string
	for _, m := range durationTerm.find(s, low, stated || holdsAny(low, numeralWords)) {
		n, ok := numerals[strings.ToLower(m[1])]
		if !ok {
			n, _ = strconv.Atoi(m[1])
		}
		if n == 0 || n >= 1000 { // four digits are a year
			continue
		}
		for _, u := range unitStems {
			if strings.HasPrefix(strings.ToLower(m[2]), u.stem) {
				out = append(out, fmt.Sprintf("%d%s", n, u.unit))
				break
			}
		}
	}
	for _, m := range exchangeTerm.find(s, low, stated) {
		out = append(out, digits(m[1])+"x"+digits(m[2]))
	}
	for _, m := range dayFirstTerm.find(s, low, stated) {
		out = appendDay(out, m[2], m[1])
	}
	for _, m := range dayLastTerm.find(s, low, stated) {
		out = appendDay(out, m[1], m[2])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func appendDay(out []string, month, day string) []string {
	d, err := strconv.Atoi(day)
	if err != nil || d < 1 || d > 31 {
		return out
	}
	month = strings.ToLower(month)
	for _, m := range monthStems {
		if strings.HasPrefix(month, m.stem) {
			return append(out, fmt.Sprintf("day %02d-%02d", m.month, d))
		}
	}
	return out
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// figureTerm is a number of people: of two to four digits, or more in groups, and no share,
// ordinal or part of another number.
var figureTerm = regexp.MustCompile(`(?:^|[^\d.,\p{L}])(\d{1,3}(?:[, ]\d{3})+|\d{2,4})(?:[^\d.,%\p{L}-]|[,.](?:\s|$)|$)`)

// figures are how many people a title says an exchange moves.
func figures(r news.Report) []string {
	s := clip(clean(r.Title), 400)
	if mechanismOf(r) != "exchange" || !strings.ContainsAny(s, "0123456789") {
		return nil
	}
	var out []string
	for _, m := range exchangeTerm.find(s, strings.ToLower(s), true) {
		out = append(out, digits(m[1]), digits(m[2]))
	}
	s = dayFirstTerm.pattern.ReplaceAllString(dayLastTerm.pattern.ReplaceAllString(s, " "), " ")
	for _, m := range figureTerm.FindAllStringSubmatch(s, 4) {
		if n, _ := strconv.Atoi(digits(m[1])); n < 1990 || n > 2099 { // a year
			out = append(out, digits(m[1]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sameFigures is whether two titles tell of one number of people, each side's or both
// sides' together, or one of them of none.
func sameFigures(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(x string) bool {
		n, _ := strconv.Atoi(x)
		return slices.ContainsFunc(b, func(y string) bool {
			m, _ := strconv.Atoi(y)
			return n == m || n == 2*m || m == 2*n
		})
	})
}

// sameTerms is whether two lists of terms do not contradict each other: of each kind that
// both hold, a length of time, an exchange or a day, they share one.
func sameTerms(a, b []string) bool {
	for _, kind := range []func(string) string{length, exchanged, onDay} {
		if !agree(ofKind(a, kind), ofKind(b, kind)) {
			return false
		}
	}
	return true
}

func ofKind(terms []string, kind func(string) string) (out []string) {
	for _, t := range terms {
		if k := kind(t); k != "" {
			out = append(out, k)
		}
	}
	return out
}

func onDay(term string) string {
	if strings.HasPrefix(term, "day ") {
		return term
	}
	return ""
}

func exchanged(term string) string {
	if strings.Contains(term, "x") {
		return term
	}
	return ""
}

// length is a term's length of time in hours, a month for 30 days: "30d" and "1m" are one.
// What lasts years is the war.
func length(term string) string {
	hours := map[byte]int{'h': 1, 'd': 24, 'w': 7 * 24, 'm': 30 * 24}
	n, err := strconv.Atoi(term[:max(len(term)-1, 0)])
	if err != nil || hours[term[len(term)-1]] == 0 {
		return ""
	}
	return strconv.Itoa(n * hours[term[len(term)-1]])
}
