package main

import (
	"slices"

	"trucewatch/internal/news"
)

// Code is an event type of the codebooks that political scientists count by.
type Code struct {
	CAMEO  string `json:"cameo"`  // CAMEO 1.1b3 (Schrodt, 2012)
	PLOVER string `json:"plover"` // PLOVER, of the same event
	What   string `json:"what"`
}

// The codes this export uses. 1056 is "demand de-escalation", not a ceasefire, and
// is not among them.
var (
	codeIntend       = Code{"036", "AGREE", "express intent to meet or negotiate"}
	codeIntendThird  = Code{"039", "AGREE", "express intent to mediate"}
	codeMediate      = Code{"045", "CONSULT", "mediate"}
	codeNegotiate    = Code{"046", "CONSULT", "engage in negotiation"}
	codeSign         = Code{"057", "AGREE", "sign formal agreement"}
	codeRelease      = Code{"0841", "RETREAT", "return, release person(s)"}
	codeTruce        = Code{"0871", "RETREAT", "declare truce, ceasefire"}
	codeRejectTalks  = Code{"125", "REJECT", "reject proposal to meet, discuss, or negotiate"}
	codeRejectPlan   = Code{"127", "REJECT", "reject plan, agreement to settle dispute"}
	codeThreatenHalt = Code{"134", "THREATEN", "threaten to halt negotiations"}
	codeThreatenThrd = Code{"135", "THREATEN", "threaten to halt mediation"}
	codeHalt         = Code{"164", "SANCTION", "halt negotiations"}
	codeHaltThird    = Code{"165", "SANCTION", "halt mediation"}
	codeViolate      = Code{"196", "ASSAULT", "violate ceasefire"}
)

// codesOf maps the facets of one report to codes. What the codebooks have no event
// for, such as analysis or a proposal's terms, has none.
func codesOf(tags []news.Tag) []Code {
	stages, mechanisms := facet(tags, "stage"), facet(tags, "mechanism")
	has := func(list []string, any ...string) bool {
		return slices.ContainsFunc(any, func(v string) bool { return slices.Contains(list, v) })
	}
	third := has(facet(tags, "committed"), "third")
	foreseen := has(facet(tags, "claim"), "prediction") && !has(facet(tags, "claim"), "fact")
	pick := func(cond bool, yes, no Code) Code {
		if cond {
			return yes
		}
		return no
	}
	var out []Code
	for _, s := range stages {
		switch s {
		case "signal", "prep":
			out = append(out, pick(third, codeIntendThird, codeIntend))
		case "talks":
			out = append(out, pick(third, codeMediate, codeNegotiate))
		case "agreed", "in_effect":
			switch {
			case has(mechanisms, "exchange"):
				out = append(out, codeRelease)
			case has(mechanisms, "full", "partial", "humanitarian"):
				out = append(out, codeTruce)
			case has(mechanisms, "settlement", "guarantees", "shipping") && s == "agreed":
				out = append(out, codeSign)
			}
		case "reject":
			out = append(out, pick(has(stages, "prep", "talks", "signal"), codeRejectTalks, codeRejectPlan))
		case "ended":
			switch {
			case foreseen:
				out = append(out, pick(third, codeThreatenThrd, codeThreatenHalt))
			default:
				out = append(out, pick(third, codeHaltThird, codeHalt))
			}
		case "violation":
			out = append(out, codeViolate)
		}
	}
	slices.SortFunc(out, func(a, b Code) int {
		if a.CAMEO < b.CAMEO {
			return -1
		} else if a.CAMEO > b.CAMEO {
			return 1
		}
		return 0
	})
	return slices.Compact(out)
}
