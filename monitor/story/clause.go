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

// firstClause marks the main clause of a text's first sentence.
func firstClause(ts []token) []bool {
	n := 1
	for n < len(ts) && !ts[n].first {
		n++
	}
	m := make([]bool, len(ts))
	copy(m, mainClause(ts[:min(n, len(ts))]))
	return m
}

// mainClauses marks the main clauses of all sentences of a text.
func mainClauses(ts []token) []bool {
	m := make([]bool, 0, len(ts))
	for from := 0; from < len(ts); {
		to := from + 1
		for to < len(ts) && !ts[to].first {
			to++
		}
		m = append(m, mainClause(ts[from:to])...)
		from = to
	}
	return m
}

var sayWords = beginnings("say", "said", "tell", "claim", "announc", "warn", "suggest", "insist", "vow", "report",
	"sagt", "erklar", "teilt", "meld", "dit", "declar", "affirm", "annonc", "assur", "estim",
	"mowi", "powiedz", "oswiadcz", "oglos", "twierdz", "podaj",
	"заяв", "сказал", "сообщ", "объяв", "говор", "назвал", "счита", "сказав", "повідом", "оголо", "каже", "назва", "вважа")

func says(t string) bool { return sayWords.of(t) }

// prepositions stand before whom or where something happens to.
var prepositions = wordSet(`on in at of over for with against to from near inside across between by into toward towards
	an auf gegen mit uber fur von bei nach en sur contre avec a au aux pour de w na z ze przeciw dla o do od
	в во с со против для об к у з із зі проти про до від`)

// voices finds who speaks ("X: …", "…, X says", "X says …") and the first actor of the
// main clause and the next one of another name; 0 where there is none.
func voices(ts []token, hits []hit, main []bool) (speaker, first, second uint32) {
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
		switch {
		case h.from > 0 && prepositions[ts[h.from-1].text]:
			// where it happened, or to whom: not who acts
		case first == 0 && main[h.from]:
			first = c.id
		case first != 0 && second == 0 && c.id != first:
			second = c.id
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
	return speaker, first, second
}

var (
	// What stands at the beginning or end of a title, set off, says what the page is and
	// not what happened.
	liveMarks = []string{"live updates", "live update", "live blog", "liveblog", "live", "live ticker", "liveticker", "latest", "latest news", "updates",
		"en direct", "direct", "na żywo", "relacja", "онлайн", "трансляция", "хроника", "наживо", "хроніка", "newsblog", "ticker", "as it happened"}
	roundupMarks = []string{"briefing", "at a glance", "newsletter", "daily", "roundup", "what we know on day", "list of key events", "first thing",
		"your monday", "your tuesday", "your wednesday", "your thursday", "your friday", "morning report", "evening briefing", "top stories",
		"the week in", "week ahead", "key events", "nacht im überblick", "главное за", "головне за", "newspaper headlines", "front pages"}
	explainerMarks = []string{"analysis", "opinion", "explained", "explainer", "takeaway", "to know", "here's what", "here’s what", "podcast",
		"editorial", "comment:", "kommentar", "analyse", "tribune", "décryptage", "komentarz", "opinia", "analiza", "мнение", "анализ", "разбор",
		"розбір", "думка", "аналіз", "колонка", "fact check", "q&a", "interview:", "quiz", "timeline", "in pictures", "photos",
		"things to", "the case for", "the case against", "lessons from", "here's the", "here’s the", "here's how", "here’s how", "what to expect",
		"how to watch", "maps show", "winners and losers", "the one thing", "experts say", "faktencheck", "ce que l'on sait", "ce que l’on sait", "co wiemy", "что известно", "що відомо"}
	explainerFirst = wordSet(`what why how who can could is are will does do should would inside maps opinion analysis watch explainer
		warum wie was wer wann pourquoi comment qui dlaczego jak czy co почему как что зачем кто чему чом як що хто чи varfor hur vad kan`)
	// Words of judgement: news headlines do without them.
	leanWords = wordSet(`fear fears fearing nerves stakes obstacle obstacles dilemma gamble gambit legacy spectacle awkward anxious smug desperate desperately
		flop fiasco disaster disappointment puzzle paradox illusion myth echoing echoes hazy uneasy playbook bluff tightrope spotlight hopes gains
		incompetent impossible dangerous dangerously poison trap lessons really scrambles outplayed outfoxed dismay betrayal humiliation
		relationship history historic historical reality victory sidelined footnote fate fates future grab spin triumph flattery chess theatre theater
		angst sorge sorgen risiko dilemma wette illusion triumph demutigung crainte craintes enjeux pari piege obawy strach ryzyko porazka zludzenie
		страх риски ловушка иллюзия победа поражение ризики пастка ілюзія перемога поразка`)
)

// The marks of a banner as its tokens are: folded, between spaces.
var roundupWords, liveWords = between(roundupMarks), between(liveMarks)

func between(marks []string) []string {
	out := make([]string, len(marks))
	for i, m := range marks {
		out[i] = " " + foldText(m) + " "
	}
	return out
}

// banner returns the range of tokens that is a page's name ("Ukraine war live: …",
// "…: Live updates") and the kind it names; from == to when there is none.
func banner(ts []token, title string) (from, to int, kind uint8) {
	n := len(ts)
	text := func(a, b int) string {
		var w []string
		for _, t := range ts[a:b] {
			w = append(w, t.text)
		}
		return " " + strings.Join(w, " ") + " "
	}
	kindIn := func(s string) uint8 {
		for _, m := range roundupWords {
			if strings.Contains(s, m) {
				return kindRoundup
			}
		}
		for _, m := range liveWords {
			if strings.Contains(s, m) {
				return kindLive
			}
		}
		return kindNews
	}
	for i := 0; i < min(n-3, 8); i++ {
		if ts[i].colon {
			if k := kindIn(text(0, i+1)); k != kindNews {
				return 0, i + 1, k
			}
			break
		}
	}
	for i := n - 1; i > 3 && i >= n-4; i-- {
		if ts[i].brk {
			if k := kindIn(text(i, n)); k != kindNews {
				return i, n, k
			}
			break
		}
	}
	return 0, 0, kindNews
}

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
	if _, _, k := banner(ts, title); k != kindNews {
		return k
	}
	switch {
	case has(roundupMarks):
		return kindRoundup
	case has(explainerMarks):
		return kindExplainer
	case len(ts) > 0 && explainerFirst[ts[0].text]:
		return kindExplainer
	case strings.HasSuffix(strings.TrimSpace(low), "?") || strings.Contains(low, "? |") || strings.Contains(low, "? -"):
		return kindExplainer
	case strings.Contains(low, "live update") || strings.Contains(low, "live blog"):
		return kindLivePage
	}
	return kindNews
}

// leans counts the words of judgement in a title.
func leans(ts []token) int {
	n := 0
	for _, t := range ts {
		if leanWords[t.text] {
			n++
		}
	}
	return n
}
