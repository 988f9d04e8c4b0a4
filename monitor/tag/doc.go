// Package tag decides whether a text is about a conflict's ceasefire talks and
// what it says of them: relevance to each topic, and the facets of the taxonomy
// (stage, who committed, mechanism, actors, venues, places, origin, issues,
// claim, genre), each with the source's own words that earned it.
//
// What it looks for is written in rule packs (packs/*.yaml). The engine knows
// no language, no actor and no conflict: it folds letters, finds the patterns
// of all packs in one pass over the words, and weighs what it found.
//
// It does no I/O, reads no clock, and does not compare texts with each other:
// the same input and packs give the same result. Package text judges sameness,
// package story groups what belongs together.
package tag
