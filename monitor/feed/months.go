package feed

import "strings"

// monthOf is the month, 1 to 12, that a word names in any case of Ukrainian and
// Russian and in the other languages of news feeds, 0 when it names none. Long
// names are known by their stem, short ones must match whole. An own table
// takes a millisecond to make and no dependency; a general multilingual date
// parser brings a WebAssembly runtime for its regular expressions.
func monthOf(word string) int {
	if len(word) < 3 || len(word) > 40 {
		return 0
	}
	if m, ok := monthWords[word]; ok {
		return m
	}
	word = strings.ToLower(word)
	if m, ok := monthWords[word]; ok {
		return m
	}
	n := 0
	for i := range word {
		if n++; n > 3 && n <= 6 {
			// stems of 3, 4 and 5 letters
			if m, ok := monthStems[word[:i]]; ok {
				return m
			}
		}
	}
	return monthStems[word]
}

// monthWords are whole words: abbreviations, and names too short for a stem.
var monthWords = byMonth(
	"jan Jan gen ene sty янв січ студзеня", "feb Feb fév fev lut luty фев лютага", "mar Mar mrz mär mars mrt мар бер сакавіка",
	"apr Apr avr abr kwi апр кві красавіка", "may May mai maj maja mayo maio mag mei май мая мае маю маем тра травня траўня",
	"jun Jun june June giu cze июн чер чэрвеня", "jul Jul july July lug lip июл лип ліпеня",
	"aug Aug ago sie aoû авг сер жніўня", "sep Sep Sept set wrz сен вер верасня", "oct Oct okt ott out paź paz окт жов кастрычніка",
	"nov Nov lis listopad listopada listopadzie ноя лис лист лістапада", "dec Dec dez déc dic gru дек гру снежня")

// monthStems start every form of a name, in three to five letters. None starts a
// day of the week.
var monthStems = byMonth(
	"janu jänn janv genn ener stycz янва січн січе", "febr févr fevr feve luteg февр лют", "marz marc märz març март берез",
	"apri avri abri kwie апре квіт", "maggi травн траве", "juni junh juin giug czerw июн черв", "juli julh juil lugl lipc lipi июл липн липе",
	"augu agos août sierp авгу серп", "sept sete sett wrze сент верес", "octo octu okto otto outu paźd pazd октя жовт",
	"nove novi нояб листо", "dece deze dici déce grud дека груд")

func byMonth(months ...string) map[string]int {
	m := map[string]int{}
	for i, words := range months {
		for w := range strings.FieldsSeq(words) {
			m[w] = i + 1
		}
	}
	return m
}
