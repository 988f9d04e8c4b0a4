package story

import (
	"slices"
	"strings"
	"time"
)

// dateWords are what a date is said with, by beginnings.
var (
	untilWords = wordSet("until till through bis jusqu jusque do до by")
	fromWords  = wordSet("from starting beginning since ab seit partir des od с со з із від")
	// What is not over yet: "ended on Sunday" looks back.
	endingWords = wordSet("ends end ending expires expire expiring lapses lapse endet enden ende auslauft auslaufen expire expirent expirera termine terminera fin wygasa wygasnie konczy skonczy " +
		"истекает истечет заканчивается закончится завершается завершится спливає спливе закінчується закінчиться завершується завершиться")
	toWords      = wordSet("to auf a au na на")
	plannedWords = beginnings("will", "set", "plan", "schedul", "next", "due", "meet", "wird", "werden", "soll", "geplant", "treffen", "sera", "aura", "prevu", "doit",
		"rencontr", "odbed", "spotka", "zaplan", "nastep", "maja", "ma", "состо", "пройд", "встрет", "заплан", "намеч", "следующ", "відбуд", "зустр", "наступн", "признач", "назнач")
	plannedNow = wordSet("resume resumes begin begins start starts hold holds host hosts expected gather gathers convene convenes beginnt beginnen startet reprennent debute commence zaczyna zaczna начнутся начнется начнет почнуться почнеться розпочнуться")
	movedWords = beginnings("moved", "postpon", "reschedul", "delayed", "pushed", "brought", "extend", "prolong", "verschob", "verschieb", "verleg", "verlanger", "reporte", "decale", "repousse",
		"przelozo", "przesun", "przedluz", "перенес", "перенос", "отлож", "продлен", "продлил", "продлит", "продлев", "відклад", "відкла", "продовжен", "продовжил")
	midnight = beginnings("midnight", "mitternacht", "minuit", "polnoc", "полуноч", "полноч", "півноч", "опівноч")
	tomorrow = wordSet("tomorrow morgen demain jutro завтра")
	endWords = beginnings("end", "ende", "fin", "konca", "koniec", "конца", "концу", "конце", "кінця", "кінець")
	units    = []struct {
		prefix string
		d      time.Duration
	}{
		{"hour", time.Hour}, {"stund", time.Hour}, {"heure", time.Hour}, {"godz", time.Hour}, {"час", time.Hour}, {"годин", time.Hour},
		{"day", 24 * time.Hour}, {"tag", 24 * time.Hour}, {"jour", 24 * time.Hour}, {"dni", 24 * time.Hour}, {"dzien", 24 * time.Hour},
		{"дн", 24 * time.Hour}, {"ден", 24 * time.Hour}, {"день", 24 * time.Hour}, {"сут", 24 * time.Hour}, {"доб", 24 * time.Hour},
		{"week", 7 * 24 * time.Hour}, {"woche", 7 * 24 * time.Hour}, {"semain", 7 * 24 * time.Hour}, {"tydz", 7 * 24 * time.Hour}, {"tygod", 7 * 24 * time.Hour},
		{"недел", 7 * 24 * time.Hour}, {"тижн", 7 * 24 * time.Hour}, {"тижд", 7 * 24 * time.Hour},
	}
	weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
)

// planned reports whether a sentence speaks of what is to come.
func planned(ts []token) bool {
	return slices.ContainsFunc(ts, func(t token) bool { return plannedWords.of(t.text) || plannedNow[t.text] })
}

// stretch is a length of time as texts state it.
type stretch struct {
	d      time.Duration
	months int
}

func (s stretch) after(t time.Time) time.Time { return t.AddDate(0, s.months, 0).Add(s.d) }

func (s stretch) short() bool { return s.months == 0 && s.d < 7*24*time.Hour }

func (s stretch) times(n int) stretch { return stretch{time.Duration(n) * s.d, n * s.months} }

func (s stretch) fits() bool {
	return (s.d > 0 || s.months > 0) && s.d <= maxDuration && s.months <= int(maxDuration/(31*24*time.Hour))
}

// unitOf is the unit of time a word names, and whether it names one.
func unitOf(t string) (stretch, bool) {
	if monthUnits.of(t) {
		return stretch{months: 1}, true
	}
	if monthOf(t) > 0 && !strings.HasPrefix(t, "дн") {
		return stretch{}, false
	}
	for _, u := range units {
		if strings.HasPrefix(t, u.prefix) {
			return stretch{d: u.d}, true
		}
	}
	return stretch{}, false
}

var monthUnits = beginnings("month", "monat", "mois", "miesiac", "miesiec", "месяц", "месячн", "місяц", "місячн")

// looksBack is whether a length of time at tokens from to to is one that has passed or
// leads up to something: "the past 24 hours", "two weeks ago", "in three days".
func looksBack(ts []token, from, to int) bool {
	for k := from - 1; k >= max(0, from-2) && !ts[k+1].brk; k-- {
		if elapsedBefore[ts[k].text] {
			return true
		}
	}
	return to+1 < len(ts) && !ts[to+1].brk && elapsedAfter[ts[to+1].text]
}

var (
	elapsedBefore = wordSet("past last previous first after in within since vor nach seit letzten vergangenen ersten binnen innerhalb depuis dernieres derniers premiers premieres apres ya dans od po ostatnich ostatnie pierwszych za после спустя через за последние последних прошедшие минувшие первые первых с після через останні останніх минулі перші перших від")
	elapsedAfter  = wordSet("ago earlier before after later into on early late zuvor danach spater nach vor plus apres avant temu pozniej po przed назад спустя после до тому після потому")
)

// numeral is a number as it begins a word of German, Polish, Russian or Ukrainian:
// "dreitägig", "trzydniowy", "трехдневный", "триденний".
var numerals = []struct {
	prefix string
	n      int
}{
	{"dreissig", 30}, {"zwei", 2}, {"drei", 3}, {"vier", 4}, {"funf", 5}, {"sechs", 6}, {"sieben", 7}, {"acht", 8}, {"neun", 9}, {"zehn", 10}, {"ein", 1},
	{"trzydziesto", 30}, {"dwu", 2}, {"trzy", 3}, {"cztero", 4}, {"piecio", 5}, {"szescio", 6}, {"siedmio", 7}, {"osmio", 8}, {"dziesiecio", 10},
	{"тридцати", 30}, {"двух", 2}, {"трех", 3}, {"четырех", 4}, {"пяти", 5}, {"шести", 6}, {"семи", 7}, {"восьми", 8}, {"десяти", 10},
	{"тридцяти", 30}, {"дво", 2}, {"три", 3}, {"чотири", 4}, {"шести", 6}, {"восьми", 8},
}

var numeralWords = func() prefixes {
	var list []string
	for _, n := range numerals {
		list = append(list, n.prefix)
	}
	return beginnings(list...)
}()

// compound reads a number and a unit in one word.
func compound(t string) (stretch, bool) {
	if !numeralWords.of(t) {
		return stretch{}, false
	}
	for _, n := range numerals {
		if rest, ok := strings.CutPrefix(t, n.prefix); ok {
			if u, ok := unitOf(rest); ok && len(rest) > 4 {
				return u.times(n.n), true
			}
		}
	}
	return stretch{}, false
}

var ones = wordSet("one ein eine einen eines un une jeden jedna один одну одна одного")

// count reads a numeral of digits or words; 0 when t is none.
func count(t token) int {
	if !t.digit {
		if ones[t.text] {
			return 1
		}
		return numberWords[t.text]
	}
	n := 0
	for _, r := range t.text {
		if r < '0' || r > '9' || n > 9999 {
			return 0
		}
		n = 10*n + int(r-'0')
	}
	return n
}
