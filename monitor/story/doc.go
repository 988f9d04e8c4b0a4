// Package story decides which items tell one development: one event, statement, decision
// or meeting phase. It also counts reports by origin, reads stated dates and moves the
// ledger. It is pure: no clock, no store, no network; and it writes no words for readers,
// only reasons for `why`.
//
// Identity is precision first: a wrong merge hides news, a split only repeats it. Items
// are compared by a small logistic scorer (pair.go) on features of what they say (sketch.go),
// its weights learnt by the train command on several periods of real news (weights.json).
package story
