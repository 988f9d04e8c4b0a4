package main

import (
	"cmp"
	"slices"

	"trucewatch/internal/news"
)

// Code is an event type of the codebooks that political scientists count by.
type Code struct {
	CAMEO  string `json:"cameo"`  // CAMEO 1.1b3 (Schrodt, 2012)
	PLOVER string `json:"plover"` // PLOVER (Open Event Data Alliance, reference of 28 December 2017)
	What   string `json:"what"`
}

// The codes this export uses. 1056 is "demand de-escalation", not a ceasefire, and
// is not among them. PLOVER tells what is declared or promised (CONCEDE) from what
// is observed or done (RETREAT), a treaty signed (SUPPORT) from an intention (AGREE),
// and an allegation (DISAPPROVE) from the deed; CAMEO has one code for some of these.
var (
	codeFree         = Code{"0353", "CONCEDE", "express intent to release persons or property"}
	codeIntend       = Code{"036", "AGREE", "express intent to meet or negotiate"}
	codeIntendThird  = Code{"039", "AGREE", "express intent to mediate"}
	codeMediate      = Code{"045", "CONSULT", "mediate"}
	codeNegotiate    = Code{"046", "CONSULT", "engage in negotiation"}
	codeSign         = Code{"057", "SUPPORT", "sign formal agreement"}
	codeRelease      = Code{"0841", "RETREAT", "return, release person(s)"}
	codeTruce        = Code{"0871", "CONCEDE", "declare truce, ceasefire"}
	codeObserve      = Code{"0871", "RETREAT", "declare truce, ceasefire"}
	codeAccuse       = Code{"1123", "DISAPPROVE", "accuse of aggression"}
	codeRejectTalks  = Code{"125", "REJECT", "reject proposal to meet, discuss, or negotiate"}
	codeRejectPlan   = Code{"127", "REJECT", "reject plan, agreement to settle dispute"}
	codeThreatenHalt = Code{"134", "THREATEN", "threaten to halt negotiations"}
	codeThreatenThrd = Code{"135", "THREATEN", "threaten to halt mediation"}
	codeHalt         = Code{"164", "SANCTION", "halt negotiations"}
	codeHaltThird    = Code{"165", "SANCTION", "halt mediation"}
	codeViolate      = Code{"196", "ASSAULT", "violate ceasefire"}
)

// codesOf maps the facets of one report to codes. What the codebooks have no event
// for, such as analysis or a proposal's terms, has none; nor has what a report denies,
// negates, recalls or only foresees, but for a refusal, which is worded as a denial,
// and for what foreseeing itself is an event.
func codesOf(tags []news.Tag) []Code {
	stages, mechanisms, claims := facet(tags, "stage"), facet(tags, "mechanism"), facet(tags, "claim")
	has := func(list []string, any ...string) bool {
		return slices.ContainsFunc(any, func(v string) bool { return slices.Contains(list, v) })
	}
	third := has(facet(tags, "committed"), "third")
	claimed := has(claims, "claim") && !has(claims, "fact")
	stated := len(claims) == 0 || has(claims, "fact", "claim")
	foreseen := !stated && has(claims, "prediction")
	refused := stated || has(claims, "denial", "negated")
	pick := func(cond bool, yes, no Code) Code {
		if cond {
			return yes
		}
		return no
	}
	var out []Code
	for _, s := range stages {
		switch {
		case (s == "signal" || s == "prep") && (stated || foreseen):
			out = append(out, pick(third, codeIntendThird, codeIntend))
		case s == "talks" && stated:
			out = append(out, pick(third, codeMediate, codeNegotiate))
		case (s == "agreed" || s == "in_effect") && stated:
			switch {
			case has(mechanisms, "exchange"):
				out = append(out, pick(s == "agreed", codeFree, codeRelease))
			case has(mechanisms, "full", "partial", "humanitarian"):
				out = append(out, pick(s == "agreed", codeTruce, codeObserve))
			case has(mechanisms, "settlement", "guarantees", "shipping") && s == "agreed":
				out = append(out, codeSign)
			}
		case s == "reject" && refused:
			out = append(out, pick(has(stages, "prep", "talks", "signal"), codeRejectTalks, codeRejectPlan))
		case s == "ended" && foreseen:
			out = append(out, pick(third, codeThreatenThrd, codeThreatenHalt))
		case s == "ended" && stated:
			out = append(out, pick(third, codeHaltThird, codeHalt))
		case s == "violation" && stated:
			out = append(out, pick(claimed, codeAccuse, codeViolate))
		}
	}
	slices.SortFunc(out, func(a, b Code) int { return cmp.Or(cmp.Compare(a.CAMEO, b.CAMEO), cmp.Compare(a.PLOVER, b.PLOVER)) })
	return slices.Compact(out)
}
