package text

import "testing"

func TestLanguageByScriptLettersAndWords(t *testing.T) {
	for _, c := range []struct{ title, body, stated, want string }{
		{titleEN, articleEN, "", "en"},
		{titleUK, articleUK, "", "uk"},
		{titleUK, articleUK, "ru", "uk"}, // a feed that mixes, or lies
		{"", articleRU, "uk", "ru"},
		{"", articleDE, "en", "de"},
		{"", articleFR, "", "fr"},
		{"", articlePL, "", "pl"},
		{"", articleSV, "", "sv"},
		{"Трамп звонил", "", "uk", "uk"}, // letters of both: the feed says
		{"Трамп", "", "", "ru"},
		{"Мінськ і Київ", "", "ru", "uk"},
		{"Trump Putin Alaska", "", "de-DE", "de"},
		{"Trump Putin Alaska", "", "", ""},
		{"Trump Putin Alaska", "", "uk", ""}, // Latin letters are not Ukrainian
		{"Переговоры в Женеве", "", "en", "ru"},
		{"停火谈判", "", "", "zh"},
		{"停戦の協議", "", "", "ja"},
		{"الهدنة", "", "", "ar"},
		{"Ставови Београда и преговори у Њујорку", "", "", "sr"},
		{"2025", "", "fr", "fr"},
		{"", "", "not a tag", ""},
		{"", "", "EN_us", "en"},
	} {
		if got := Language(c.title, c.body, c.stated); got != c.want {
			t.Errorf("Language(%.40q, %.40q, %q) = %q, want %q", c.title, c.body, c.stated, got, c.want)
		}
	}
}
