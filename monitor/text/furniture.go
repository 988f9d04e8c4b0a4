package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cues are words in which a site speaks of itself. A sentence with one and without
// an actor is the site's furniture: it is in the content hash, which depends on
// nothing but the fixed phrases, but it makes no news and finds no candidates.
var cues = parsePhrases(`
your support
your donation
your contribution
support our
our journalism
our reporting
our journalists
our newsletter
our newsletters
our subscribers
our app
our channel
sign up
subscribe to
subscribe today
already a subscriber
become a subscriber
become a member
paywall
paywalls
log in
logged in
log into
sign in
signing in
your account
your inbox
your browser
your subscription
refresh the page
browser preferences
cookies
privacy policy
terms of use
terms of service
terms and conditions
all rights reserved
follow us
read the full analysis
read the full story
related links
push notifications
donate
підпишіться
підписуйтесь
підтримайте нас
наш канал
наш телеграм
усі права захищені
подпишитесь
подписывайтесь
поддержите нас
наш канал
все права защищены
abonnieren sie
newsletter
jetzt anmelden
alle rechte vorbehalten
datenschutzerklärung
abonnez vous
inscrivez vous
tous droits réservés
soutenez nous
zapisz się
zaprenumeruj
wszelkie prawa zastrzeżone
polityka prywatności
prenumerera
alla rättigheter förbehållna
`)

// furnitureCues counts the cues of the sentence in sc, up to 255.
func furnitureCues(sc *scanner) uint8 {
	n := uint8(0)
	for i := range sc.stack {
		if phraseEnd(&cues, sc.stack[:i+1]) > 0 && n < 255 {
			n++
		}
	}
	return n
}

// stampWords stand in time stamps beside numbers, days and months.
var stampWords = wordSet(`
	may march updated update published posted modified last at on by am pm gmt utc est edt cet cest eest bst ist hours hour minutes minute ago today date time
	оновлено опубліковано о об на год хв тому сьогодні
	обновлено опубликовано в на час мск назад сегодня год года
	aktualisiert stand veröffentlicht am um uhr vor stunden minuten
	mis publié à jour le il y a heures
	aktualizacja opublikowano data godz
	uppdaterad publicerad kl
`)

// isStamp reports a sentence that only says when, or where an agency writes
// from: "Updated 5 May 2025, 14:30", "MOSCOW, May 26.", "/TASS/.".
func isStamp(sc *scanner, l *lexicon, at int) bool {
	n := len(sc.words)
	if n > 14 {
		return false
	}
	stamped, capitals := 0, 0
	for i := 0; i < n; i++ {
		t := &sc.words[i]
		if t.number || t.length < 20 && stampWords[string(sc.word(i))] {
			stamped++
			continue
		}
		s, took := l.find(sc, i)
		if s.kind == occasion {
			stamped += took
			i += took - 1
			continue
		}
		if !t.capital {
			return false
		}
		capitals++
	}
	if capitals == 0 {
		return true
	}
	return at < 3 && capitals <= 2 && (stamped > 0 || n == 1)
}

// bylineWords begin a line that names who wrote a text, or stand between its names.
var (
	bylineBegins = wordSet(`by von par av od автор автори авторы autor autorzy auteur text tekst текст reporting writing editing additional redaktion redaktor редактор`)
	bylineJoins  = wordSet(`by and und et och i oraz и і та й in w в у à pour für for reporting writing editing additional contributing compiled redaktion redaktor редактор`)
)

// isByline reports a line that only names who wrote, edited or translated the text.
func isByline(sc *scanner) bool {
	n := len(sc.words)
	if n < 3 || n > 20 || !bylineBegins[string(sc.word(0))] {
		return false
	}
	names := 0
	for i := 1; i < n; i++ {
		switch t := &sc.words[i]; {
		case t.number:
			return false
		case bylineJoins[string(sc.word(i))]:
		case !t.capital:
			return false
		default:
			names++
		}
	}
	return names >= 2
}

// dateline returns the length of an agency's dateline at the start of a text,
// the dash that ends it included: "PARIS (AP) — ", "KYIV, May 5 (Reuters) - ".
// 0 when there is none.
func dateline(s string) int {
	const reach = 90
	marked, words := false, 0
	atWord := true
	for i, r := range s {
		if i > reach {
			return 0
		}
		switch {
		case isDash(r):
			before, _ := utf8.DecodeLastRuneInString(s[:i])
			after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if i > 0 && unicode.IsSpace(before) && unicode.IsSpace(after) {
				if marked && words <= 10 {
					return i + utf8.RuneLen(r)
				}
				return 0
			}
		case r == '(' || r == '/':
			marked = true
			atWord = true
		case unicode.IsSpace(r):
			atWord = true
			continue
		case unicode.IsLetter(r) && atWord:
			words++
			if unicode.IsLower(r) && !monthAhead(s[i:]) {
				return 0
			}
			atWord = false
		}
	}
	return 0
}

// monthAhead reports that s begins with a month, which many languages write small.
func monthAhead(s string) bool {
	if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }); i > 0 {
		s = s[:i]
	}
	return smallMonths[s]
}

var smallMonths = wordSet(`
	січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
	января февраля марта апреля мая июня июля августа сентября октября ноября декабря
	stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
	janvier février mars avril mai juin juillet août septembre octobre novembre décembre
	januari februari april maj juni juli augusti oktober
`)

// cutShort reports a sentence that a feed cut: it ends in "…", "..." or "[…]".
func cutShort(s string) bool {
	s = strings.TrimRight(s, " \t\u00a0)]\"”»")
	return strings.HasSuffix(s, "…") || strings.HasSuffix(s, "...")
}
