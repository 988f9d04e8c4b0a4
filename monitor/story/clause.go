package story

import "strings"

// clauseWords begin the part of a headline that only says when or why: what happened
// stands before it.
var clauseWords = wordSet(`
ahead before after as amid while following despite since until when
vor nach wahrend trotz angesichts kurz
avant apres alors malgre pendant lors
przed po mimo podczas gdy
перед после во несмотря пока когда накануне
перед після під попри поки коли напередодні
infor efter medan trots`)

// not every "после" is a clause: these need two or more words before them to cut.
const clauseMin = 3

// mainClause marks the tokens of the title's main clause. A title that begins with
// "After …," has its main clause behind the comma.
func mainClause(ts []token) []bool {
	m := make([]bool, len(ts))
	from, to := 0, len(ts)
	if len(ts) > 4 && clauseWords[ts[0].text] {
		for i := 2; i < len(ts)-2; i++ {
			if ts[i].brk {
				from = i
				break
			}
		}
	}
	for i := from + clauseMin; i < len(ts); i++ {
		if clauseWords[ts[i].text] {
			to = i
			break
		}
	}
	for i := from; i < to; i++ {
		m[i] = true
	}
	return m
}

var sayWords = []string{"say", "said", "tell", "claim", "announc", "warn", "suggest", "insist", "vow", "report",
	"sagt", "erklar", "teilt", "meld", "dit", "declar", "affirm", "annonc", "assur", "estim",
	"mowi", "powiedz", "oswiadcz", "oglos", "twierdz", "podaj",
	"заяв", "сказал", "сообщ", "объяв", "говор", "назвал", "счита", "сказав", "повідом", "оголо", "каже", "назва", "вважа"}

func says(t string) bool {
	for _, w := range sayWords {
		if strings.HasPrefix(t, w) {
			return true
		}
	}
	return false
}

// voices finds who speaks ("X: …", "…, X says", "X says …") and the first actor of the
// main clause; 0 where there is none.
func voices(ts []token, hits []hit, main []bool) (speaker, first uint32) {
	last := -1
	for i, t := range ts {
		if t.brk {
			last = i
		}
	}
	for _, h := range hits {
		c := lex.concepts[h.concept]
		if c.kind != classActor {
			continue
		}
		if first == 0 && main[h.from] {
			first = c.id
		}
		if speaker != 0 {
			continue
		}
		switch {
		case h.from == 0 && ts[h.to-1].colon:
			speaker = c.id
		case h.to < len(ts) && says(ts[h.to].text) && h.from <= 3:
			speaker = c.id
		case last > 0 && h.from >= last && h.to == len(ts)-1 && says(ts[len(ts)-1].text):
			speaker = c.id
		case last > 0 && h.from >= last && len(ts)-last <= 4 && h.to == len(ts) && !main[last]:
			speaker = c.id
		case last > 0 && h.from >= last && len(ts)-last <= 4 && says(ts[len(ts)-1].text):
			speaker = c.id
		}
	}
	return speaker, first
}

var (
	liveMarks = []string{"live updates", "live blog", "liveblog", "live :", "live:", "– live", "- live", "live ticker", "liveticker", "latest:",
		"latest news", "en direct", "na żywo", "онлайн-трансляц", "хроника дня", "наживо", "live –", "live -", "as it happened", "ticker"}
	roundupMarks = []string{"briefing", "at a glance", "newsletter", "daily:", "news roundup", "what we know on day", "list of key events", "first thing",
		"your monday", "your tuesday", "your wednesday", "your thursday", "your friday", "morning report", "evening briefing", "top stories",
		"subject:", "the week in", "week ahead", "key events", "die nacht im überblick", "главное за", "головне за"}
	explainerMarks = []string{"analysis", "opinion", "explained", "explainer", "takeaway", "what to know", "here's what", "here’s what", "podcast",
		"editorial", "comment:", "kommentar", "analyse", "tribune", "décryptage", "komentarz", "opinia", "analiza", "мнение", "анализ", "разбор",
		"розбір", "думка", "аналіз", "колонка", "fact check", "q&a", "interview:", "quiz", "timeline", "in pictures", "photos", "inside ",
		"everything you need", "things to", "the case for", "lessons"}
	explainerFirst = wordSet(`what why how who can could is are will does do should would
		warum wie was wer wann pourquoi comment qui dlaczego jak czy co почему как что зачем кто чему чом як що хто чи varfor hur vad kan`)
)

// kindOf tells live pages, explainers and round-ups from news by the title's wording.
func kindOf(ts []token, title string) uint8 {
	low := strings.ToLower(title)
	has := func(marks []string) bool {
		for _, m := range marks {
			if strings.Contains(low, m) {
				return true
			}
		}
		return false
	}
	switch {
	case has(roundupMarks):
		return kindRoundup
	case has(liveMarks):
		return kindLive
	case has(explainerMarks):
		return kindExplainer
	case len(ts) > 0 && explainerFirst[ts[0].text]:
		return kindExplainer
	case strings.HasSuffix(strings.TrimSpace(low), "?") || strings.Contains(low, "? |") || strings.Contains(low, "? -"):
		return kindExplainer
	}
	return kindNews
}
