package story

import (
	"strconv"
	"strings"
)

// numberWords are the numerals headlines spell out, by their beginnings.
var numberWords = map[string]int{
	"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "thirty": 30,
	"zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwolf": 12, "dreissig": 30,
	"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "dix": 10, "trente": 30, "douze": 12,
	"dwa": 2, "dwie": 2, "dwoch": 2, "trzy": 3, "trzech": 3, "cztery": 4, "czterech": 4, "piec": 5, "szesc": 6, "siedem": 7, "osiem": 8, "dziesiec": 10, "dziesieciu": 10,
	"два": 2, "две": 2, "двух": 2, "три": 3, "трех": 3, "четыре": 4, "четырех": 4, "пять": 5, "пяти": 5, "шесть": 6, "семь": 7, "восемь": 8, "десять": 10, "десяти": 10, "тридцать": 30,
	"дві": 2, "двох": 2, "трьох": 3, "чотири": 4, "чотирьох": 4, "пять_": 5, "шість": 6, "сім": 7, "вісім": 8, "десяти_": 10,
	"thousand": 1000, "tausend": 1000, "mille": 1000, "tysiac": 1000, "тысяча": 1000, "тысячу": 1000, "тысяче": 1000, "тисяча": 1000, "тисячу": 1000, "тисячі": 1000,
	"dreitagige": 3, "трехдневное": 3, "триденне": 3, "trzydniowy": 3, "sept_": 7,
}

// monthWords are the months by their beginnings, in the shipped languages.
var monthWords = []struct {
	prefix string
	month  int
}{
	{"januar", 1}, {"january", 1}, {"jan", 1}, {"janvier", 1}, {"stycz", 1}, {"январ", 1}, {"січ", 1},
	{"februar", 2}, {"feb", 2}, {"fevrier", 2}, {"lutego", 2}, {"luty", 2}, {"феврал", 2}, {"лют", 2},
	{"march", 3}, {"marz", 3}, {"mars", 3}, {"marc", 3}, {"март", 3}, {"берез", 3},
	{"april", 4}, {"avril", 4}, {"kwie", 4}, {"апрел", 4}, {"квіт", 4},
	{"may", 5}, {"mai", 5}, {"maj", 5}, {"мая", 5}, {"май", 5}, {"трав", 5},
	{"june", 6}, {"juni", 6}, {"juin", 6}, {"czerw", 6}, {"июн", 6}, {"черв", 6},
	{"july", 7}, {"juli", 7}, {"juillet", 7}, {"lip", 7}, {"июл", 7}, {"лип", 7},
	{"august", 8}, {"aug", 8}, {"aout", 8}, {"sierp", 8}, {"август", 8}, {"серп", 8},
	{"septem", 9}, {"sept", 9}, {"wrzes", 9}, {"сентябр", 9}, {"верес", 9},
	{"octo", 10}, {"okto", 10}, {"paz", 10}, {"октябр", 10}, {"жовт", 10},
	{"novem", 11}, {"nov", 11}, {"listop", 11}, {"ноябр", 11}, {"листоп", 11},
	{"decem", 12}, {"dezem", 12}, {"grud", 12}, {"декабр", 12}, {"груд", 12},
}

func monthOf(t string) int {
	for _, m := range monthWords {
		if strings.HasPrefix(t, m.prefix) && len(t) <= len(m.prefix)+6 {
			return m.month
		}
	}
	return 0
}

// numbers gives the numbers and dates of a text, one spelling in every language.
func numbers(ts []token) []string {
	var out []string
	for i, t := range ts {
		n := 0
		if t.digit {
			v, err := strconv.Atoi(t.text)
			if err != nil || len(t.text) > 9 {
				continue
			}
			n = v
			if n >= 2000 && n <= 2100 {
				continue // a year
			}
			if n >= 1 && n <= 31 {
				m := 0
				if i+1 < len(ts) && !ts[i+1].brk {
					m = monthOf(ts[i+1].text)
				}
				if m == 0 && i > 0 && !t.brk {
					m = monthOf(ts[i-1].text)
				}
				if m > 0 {
					out = append(out, "date:"+strconv.Itoa(m*100+n))
					continue
				}
			}
		} else if v, ok := numberWords[t.text]; ok {
			n = v
		} else {
			continue
		}
		if n >= 2 {
			out = append(out, "number:"+strconv.Itoa(n))
		}
	}
	return out
}
