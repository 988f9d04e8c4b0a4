package notify

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trucewatch/internal/news"
)

// Terms are the numbers and dates that make one arrangement another: how long,
// how many for how many, which day. They are normalised so that three outlets
// and three languages give the same term, and casualty counts give none.

var (
	durationTerm = regexp.MustCompile(`(?i)(\d{1,4}|two|three|five|seven|ten|thirty|тридцят\p{L}*|тридцат\p{L}*|три|трьох|трех|трёх)[\s -]*(?:-?х |-?ти |-?и )?(hour|day|week|month|year|годин|час|сут|доб|дн|день|ден|тижн|недел|місяц|месяц|рок|лет|год)`)
	exchangeTerm = regexp.MustCompile(`(?i)(\d[\d,. ]{0,6}\d|\d)[\s -]*(?:for|на|за)[\s -]*(\d[\d,. ]{0,6}\d|\d)`)
	dayFirstTerm = regexp.MustCompile(`(?i)(?:^|[^\d])(\d{1,2})\.?[\s ]+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|січ|лют|берез|квіт|трав|черв|лип|серп|верес|жовт|листоп|груд|янв|фев|март|апр|ма[йя]|июн|июл|авг|сент|окт|нояб|дек)`)
	dayLastTerm  = regexp.MustCompile(`(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[\s ]+(\d{1,2})(?:[^\d:]|$)`)
)

var numberWord = regexp.MustCompile(`(?i)two|three|five|seven|ten|thirty|тридц|тр[иь]|трех|трёх`)

var numberWords = map[string]string{"two": "2", "three": "3", "five": "5", "seven": "7", "ten": "10", "thirty": "30",
	"три": "3", "трьох": "3", "трех": "3", "трёх": "3"}

var unitOf = []struct{ stem, unit string }{
	{"hour", "h"}, {"годин", "h"}, {"час", "h"},
	{"day", "d"}, {"сут", "d"}, {"доб", "d"}, {"дн", "d"}, {"ден", "d"},
	{"week", "w"}, {"тижн", "w"}, {"недел", "w"},
	{"month", "m"}, {"місяц", "m"}, {"месяц", "m"},
	{"year", "y"}, {"рок", "y"}, {"лет", "y"}, {"год", "y"},
}

var monthOf = []struct {
	stem  string
	month int
}{
	{"jan", 1}, {"feb", 2}, {"mar", 3}, {"apr", 4}, {"may", 5}, {"jun", 6}, {"jul", 7}, {"aug", 8}, {"sep", 9}, {"oct", 10}, {"nov", 11}, {"dec", 12},
	{"січ", 1}, {"лют", 2}, {"берез", 3}, {"квіт", 4}, {"трав", 5}, {"черв", 6}, {"лип", 7}, {"серп", 8}, {"верес", 9}, {"жовт", 10}, {"листоп", 11}, {"груд", 12},
	{"янв", 1}, {"фев", 2}, {"март", 3}, {"апр", 4}, {"ма", 5}, {"июн", 6}, {"июл", 7}, {"авг", 8}, {"сент", 9}, {"окт", 10}, {"нояб", 11}, {"дек", 12},
}

// termsOf are the terms in a report's title, sorted: "30d", "72h", "1000x1000",
// "day 11-24".
func termsOf(r news.Report) []string {
	s := clip(clean(r.Title), 400)
	if !strings.ContainsAny(s, "0123456789") && !numberWord.MatchString(s) {
		return nil
	}
	var out []string
	for _, m := range durationTerm.FindAllStringSubmatch(s, 8) {
		n := strings.ToLower(m[1])
		switch {
		case numberWords[n] != "":
			n = numberWords[n]
		case strings.HasPrefix(n, "тридц"):
			n = "30"
		}
		if k, err := strconv.Atoi(n); err == nil && k > 0 && k < 1000 { // four digits are a year
			for _, u := range unitOf {
				if strings.HasPrefix(strings.ToLower(m[2]), u.stem) {
					out = append(out, fmt.Sprintf("%d%s", k, u.unit))
					break
				}
			}
		}
	}
	for _, m := range exchangeTerm.FindAllStringSubmatch(s, 8) {
		out = append(out, digits(m[1])+"x"+digits(m[2]))
	}
	for _, m := range dayFirstTerm.FindAllStringSubmatch(s, 8) {
		out = appendDay(out, m[2], m[1])
	}
	for _, m := range dayLastTerm.FindAllStringSubmatch(s, 8) {
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
	for _, m := range monthOf {
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
