package main

// prior holds what the rules' names already say, in logit points: fitting
// starts from these and pays for moving away. With some hundred labelled items
// a stage it keeps the rare ones from being forgotten.
var prior = map[string]map[string]float64{
	"signal":    {"t.urge_act": 1, "t.ready_act": 1, "l.ready_act": 0.5, "l.urge_act": 0.5, "t.third_urge": 0.7, "t.negated_reject": 1.5, "t.arranged_talks": -1, "t.breach_arrangement": -1},
	"reject":    {"t.reject_act": 1, "t.party_reject": 1, "l.reject_act": 0.5, "t.doubtful": 0.5, "t.negated_agree": 1, "t.negated_ready": 1, "t.negated_reject": -1.5, "t.breach_arrangement": -1},
	"accept":    {"t.accept_act": 1.7, "l.accept_act": 1, "t.negated_agree": -1, "t.arranged_talks": -1, "t.agree_arrangement": -0.5},
	"proposal":  {"t.propose_act": 1, "l.propose_act": 0.7, "t.arranged_talks": -1},
	"prep":      {"t.prepare_talks": 1, "t.arranged_talks": 2, "l.arranged_talks": 1, "l.prepare_talks": 0.7, "t.prepare_peace": 0.7},
	"talks":     {"t.talking_talks": 1, "l.talking_talks": 0.7, "t.breach_arrangement": -0.7, "t.swapped": -1},
	"agreed":    {"x.both": 1.5, "x.one": 1, "x.third": 1.2, "t.agree_arrangement": 1, "t.declare_arrangement": 1, "t.arranged_talks": -1.5, "t.unreal": -0.7, "t.negated_agree": -1.5, "t.past": -0.7, "t.swapped": -1},
	"in_effect": {"t.force_arrangement": 2, "t.in_force": 0.5, "t.swapped": 2.5, "l.force_arrangement": 0.7, "l.swapped": 0.7, "t.breach": -1, "t.unreal": -0.7},
	"violation": {"t.breach_arrangement": 2, "l.breach_arrangement": 0.7, "t.breach": 0.7},
	"ended":     {"t.end_arrangement": 2.7, "t.end_verb": 0.9, "l.end_arrangement": 0.7},
	"analysis":  {"t.analysis_act": 0.5, "t.opinion": 1.5, "t.explainer": 0.8, "t.past": 0.7},
}
