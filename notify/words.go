package notify

import (
	"cmp"
	"fmt"
	"strings"

	"trucewatch/internal/news"
)

// This file holds the program's whole vocabulary: what it says in its own voice
// about a development. Everything else in a digest is a source's, quoted.
//
// One rule stands above the table: a stage `agreed` that both parties have not
// committed to is never worded as an agreement.

// Values of the stage facet, weakest first. See the taxonomy for what each means.
var stages = []string{"analysis", "signal", "proposal", "prep", "talks", "accept", "reject", "violation", "in_effect", "agreed", "ended"}

// Stages of our own words alone: an alleged breach where it is not known that an
// arrangement stands, and an accusation where it is known that none does.
const (
	stageBreach     = "breach"
	stageAccusation = "accusation"
)

// Values of the mechanism facet.
var mechanisms = []string{"full", "partial", "humanitarian", "exchange", "settlement", "guarantees", "shipping"}

var mechanismNames = map[string]string{
	"full":         "Full ceasefire",
	"partial":      "Partial truce",
	"humanitarian": "Humanitarian pause",
	"exchange":     "Exchange",
	"settlement":   "Peace settlement",
	"guarantees":   "Security guarantees",
	"shipping":     "Black Sea shipping",
}

// subject names a mechanism, its place first: "Sampleville · local pause".
func subject(mechanism, place string) string {
	name := mechanismNames[mechanism]
	if name == "" {
		name = "Talks"
	}
	if place == "" {
		return name
	}
	switch mechanism {
	case "full", "partial":
		name = "local truce"
	case "humanitarian":
		name = "local pause"
	default:
		name = strings.ToLower(name[:1]) + name[1:]
	}
	return placeName(place) + " · " + name
}

// placeName writes the name of a place or a speaker as tags spell it: "kyiv_region".
func placeName(id string) string {
	words := strings.FieldsFunc(id, func(r rune) bool { return r == '_' })
	for i, w := range words {
		switch w {
		case "us", "un", "eu":
			words[i] = strings.ToUpper(w)
		default:
			words[i] = title(w)
		}
	}
	return strings.Join(words, " ")
}

// phrase says where a mechanism stands: mechanism x stage x who committed.
// committed is "both", "one:SIDE", "third" or ""; by names who acted, such as
// "Russia", and may be "".
func phrase(mechanism, stage, committed, by string) string {
	if side, ok := strings.CutPrefix(committed, "one:"); ok {
		by = cmp.Or(sideNames[side].country, by)
	}
	with := func(verb string) string {
		if by == "" {
			return verb
		}
		return verb + " by " + by
	}
	if committed == "both" && (stage == "accept" || stage == "reject" || stage == "violation") {
		by = "both sides"
	}
	switch stage {
	case "signal":
		return "talked about"
	case "proposal":
		if mechanism == "exchange" {
			return "lists on the table"
		}
		return "terms on the table"
	case "accept":
		return with("accepted")
	case "reject":
		return with("refused")
	case "prep":
		if mechanism == "exchange" || mechanism == "humanitarian" {
			return "being arranged"
		}
		return "meeting being arranged"
	case "talks":
		return "being negotiated"
	case "agreed":
		return agreed(committed, by)
	case "in_effect":
		what := "in effect"
		if mechanism == "exchange" {
			what = "carried out"
		}
		switch {
		case committed == "third":
			return what + ", a third party says; neither side confirms"
		case strings.HasPrefix(committed, "one:") || committed == "" && by != "":
			return what + ", " + cmp.Or(by, "one side") + " alone says"
		}
		return what
	case "violation":
		return "in effect, " + with("breaches alleged")
	case stageBreach:
		return with("breaches alleged")
	case stageAccusation:
		return with("accusation")
	case "ended":
		switch {
		case committed == "third":
			return "ended, a third party says; neither side confirms"
		case strings.HasPrefix(committed, "one:") || committed == "" && by != "":
			return "ended, " + cmp.Or(by, "one side") + " alone says"
		}
		return "ended"
	case "analysis":
		return "discussed"
	}
	return "in the news"
}

// agreed words the stage that a wrong word does most harm to.
func agreed(committed, by string) string {
	switch {
	case committed == "both":
		return "agreed by both sides"
	case strings.HasPrefix(committed, "one:"):
		return "declared by " + cmp.Or(by, "one side") + " alone"
	case committed == "third":
		return "announced by " + cmp.Or(by, "a third party") + ", neither side confirms"
	case by != "":
		return "announced by " + by + " alone"
	}
	return "announced, not confirmed by both sides"
}

type sideWords struct {
	name    string // who speaks: "Kyiv"
	country string // who acts: "Ukraine"
	kind    string // whose sources: "Ukrainian"
	list    string // in lists of sources read
}

var sideNames = map[string]sideWords{
	"ukraine":     {"Kyiv", "Ukraine", "Ukrainian", "Ukraine"},
	"russia":      {"Moscow", "Russia", "Russian", "Russia"},
	"us":          {"Washington", "the US", "US", "US"},
	"europe":      {"Europe", "Europe", "European", "Europe"},
	"mediator":    {"mediator", "a mediator", "mediators'", "mediators"},
	"un_ngo":      {"UN or aid agencies", "the UN or aid agencies", "UN and aid", "UN and aid"},
	"independent": {"independent", "independent", "independent", "independent"},
}

// by names who a side is when something is said by it.
func by(side string) string {
	if side == "mediator" {
		return "a mediator"
	}
	return sideNames[side].name
}

// parties are the two sides of a topic's conflict, whose silence is measured.
// A topic that is not listed has none we could measure: sides are not mentioned.
func parties(topic string) []string {
	if topic == "russia-ukraine" {
		return []string{"ukraine", "russia"}
	}
	return nil
}

var topicNames = map[string]string{"russia-ukraine": "Russia-Ukraine"}

func topicName(topics []string) string {
	var names []string
	for _, t := range topics {
		names = append(names, cmp.Or(topicNames[t], clean(t)))
	}
	return strings.Join(names, ", ")
}

// speakers maps words of a named speaker to the side that speaks.
var speakers = []struct{ word, side string }{
	{"kremlin", "russia"}, {"moscow", "russia"}, {"russia", "russia"}, {"putin", "russia"}, {"peskov", "russia"},
	{"lavrov", "russia"}, {"zakharova", "russia"}, {"medinsky", "russia"}, {"ushakov", "russia"}, {"dmitriev", "russia"},
	{"кремл", "russia"}, {"москв", "russia"}, {"росси", "russia"}, {"путин", "russia"}, {"песков", "russia"},
	{"kyiv", "ukraine"}, {"kiev", "ukraine"}, {"ukrain", "ukraine"}, {"zelensk", "ukraine"}, {"umerov", "ukraine"},
	{"sybiha", "ukraine"}, {"yermak", "ukraine"}, {"київ", "ukraine"}, {"україн", "ukraine"}, {"зеленськ", "ukraine"},
	{"киев", "ukraine"}, {"украин", "ukraine"}, {"зеленск", "ukraine"},
	{"white house", "us"}, {"washington", "us"}, {"trump", "us"}, {"witkoff", "us"}, {"rubio", "us"}, {"vance", "us"},
	{"kushner", "us"}, {"state department", "us"},
	{"turkey", "mediator"}, {"türkiye", "mediator"}, {"erdogan", "mediator"}, {"erdoğan", "mediator"}, {"qatar", "mediator"},
	{"emirates", "mediator"}, {"saudi", "mediator"}, {"vatican", "mediator"}, {"mediator", "mediator"},
	{"united nations", "un_ngo"}, {"guterres", "un_ngo"}, {"icrc", "un_ngo"}, {"red cross", "un_ngo"}, {"osce", "un_ngo"},
	{"macron", "europe"}, {"starmer", "europe"}, {"merz", "europe"}, {"european", "europe"}, {"kallas", "europe"},
}

// sideOf is the side a named speaker stands on, "" when unknown. A side's own
// identifier names itself.
func sideOf(who string) string {
	who = strings.ToLower(who)
	if who == "" {
		return ""
	}
	if _, ok := sideNames[who]; ok {
		return who
	}
	for _, s := range speakers {
		if strings.Contains(who, s.word) {
			return s.side
		}
	}
	return ""
}

// agencies are the news agencies whose own report is preferred as a headline.
var agencies = []string{"reuters", "associated press", "ap", "afp", "dpa", "pap", "ansa", "efe", "bloomberg", "anadolu", "interfax-ukraine", "ukrinform", "unian", "kyodo"}

// sections of a digest, in the order they are preferred when two rank alike.
const (
	sectionTalks  = "TALKS AND TERMS"
	sectionAccess = "EXCHANGES AND ACCESS"
	sectionGround = "IN EFFECT, BREACHES, ENDED"
)

func sectionOf(mechanism, stage string) string {
	switch {
	case mechanism == "exchange" || mechanism == "humanitarian":
		return sectionAccess
	case stage == "in_effect" || stage == "violation" || stage == stageBreach || stage == "ended":
		return sectionGround
	}
	return sectionTalks
}

// counted words a number and a noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// reportsLine words how many reports there are of what a headline says, by origin. An
// original that is only cited is counted and said not to be read.
func reportsLine(e Entry) string {
	s := counted(e.Originals, "original report", "original reports")
	if n := len(e.Unread); n > 0 {
		s += " (" + join(e.Unread[:min(n, 3)])
		if n > 3 {
			s += fmt.Sprintf(" and %d more", n-3)
		}
		s += " not read)"
	}
	if e.Repeats > 0 {
		s += ", " + counted(e.Repeats, "repeat", "repeats")
	}
	return s
}

// join lists words: "a", "a and b", "a, b and c".
func join(words []string) string { return listed(words, "and") }

// listed lists words with a word before the last.
func listed(words []string, last string) string {
	n := len(words)
	if n < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
}

// saysSo words who says so, in the order of news.Sides.
func saysSo(sides, parties []string) string {
	var names []string
	both := len(parties) > 0
	for _, p := range parties {
		both = both && has(sides, p)
	}
	for _, s := range news.Sides {
		if has(sides, s) && s != "independent" {
			names = append(names, sideNames[s].name)
		}
	}
	switch {
	case len(names) == 0:
		return ""
	case both && len(names) == len(parties):
		return join(names) + " both say so"
	case len(names) == 1 && len(parties) > 0 && !both && has(parties, sides[0]):
		return names[0] + "'s claim"
	case len(names) == 1 && !strings.HasSuffix(names[0], "agencies"):
		return names[0] + " says so"
	}
	return join(names) + " say so"
}

// whoSays words who says what facts tell. Of what has happened, one party's word is not its
// claim alone where others report it without resting on that word.
func whoSays(f facts, topic string) string {
	who := saysSo(f.says, parties(topic))
	if name, claim := strings.CutSuffix(who, "'s claim"); claim && len(f.also) > 0 {
		return name + " says so, also " + carriedBy(f.also)
	}
	return who
}

func title(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToUpper(string(r)) + s[len(string(r)):]
		}
	}
	return s
}

var languageNames = map[string]string{
	"uk": "in Ukrainian", "ru": "in Russian", "en": "in English", "de": "in German", "fr": "in French", "pl": "in Polish",
	"es": "in Spanish", "it": "in Italian", "sv": "in Swedish", "tr": "in Turkish", "ar": "in Arabic", "he": "in Hebrew", "be": "in Belarusian",
}

// dateWords says what happens on a stated date.
func dateWords(s news.StatedDate) string {
	if s.Kind == "meets" || s.What == "meeting" || mechanismNames[s.What] == "" {
		return "meeting"
	}
	name := strings.ToLower(mechanismNames[s.What])
	if s.What == "shipping" {
		name = mechanismNames[s.What]
	}
	switch s.Kind {
	case "starts":
		return name + " starts"
	case "ends":
		return name + " ends"
	}
	return name
}

// counts words n of m.
func counts(n, of int) string { return fmt.Sprintf("%d of %d", n, of) }

// turnWords heads an alert.
func turnWords(name string, f facts) string {
	side := ""
	if s, ok := strings.CutPrefix(f.committed, "one:"); ok {
		side = sideNames[s].country
	}
	switch name {
	case "agreed_both":
		return title(agreed(f.committed, cmp.Or(side, "a mediator"))) // who announces when neither side has
	case "declared_one":
		return "One side declares: " + cmp.Or(side, "unnamed")
	case "ended":
		if side != "" {
			return "Ended, " + side + " alone says"
		}
		return "Ended"
	case "in_effect":
		return title(phrase(f.mechanism, "in_effect", f.committed, ""))
	case "leaders_meet":
		return "Heads of state: meeting announced or held"
	}
	return "Change"
}
