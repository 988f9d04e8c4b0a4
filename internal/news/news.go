// Package news holds the nouns of the program: what a feed says, what we
// decided about it, and what we tell people. It imports only the standard
// library and contains no I/O, so every other package may depend on it.
//
// Times are UTC; a zone appears only where a schedule is read or a digest is
// rendered. Enumerations are strings, spelt as they are exported and stored.
package news

import (
	"cmp"
	"errors"
	"time"
)

// ErrNotFound reports that a row the caller named, or asked for next, does not exist.
var ErrNotFound = errors.New("not found")

// Ids of rows, as the database gives them; 0 is none.
type (
	FeedID     int64
	ItemID     int64
	StoryID    int64
	DeliveryID int64
)

// Feed is one source: what the configuration says of it, and what polling it taught us.
type Feed struct {
	ID         FeedID
	Name       string // unique; a feed is its name
	URL        string // as configured
	Lang       string // BCP 47; "" when the feed mixes languages
	Side       string // one of Sides
	Publisher  string // publisher family; the feed's name when not configured
	StateMedia bool
	Official   bool          // a party's, mediator's or body's own site
	Every      time.Duration // fixed interval; 0 adapts between poll.min and poll.max
	Zone       string        // IANA zone of dates that carry none; "" is UTC
	Article    bool          // fetch article pages
	Polled     bool          // false: kept for its items only (backfill, seeds, taken out of the configuration)
	Paused     bool          // by `feeds pause`
	Poll       PollState
}

// Sides a source can stand on, in the order digests list them.
var Sides = []string{"ukraine", "russia", "us", "europe", "mediator", "un_ngo", "independent"}

// Stages are the stages of talks that an item may be tagged with, in the order of their way.
var Stages = []string{"signal", "proposal", "accept", "reject", "prep", "talks", "agreed", "in_effect", "violation", "ended", "analysis"}

// Compared are the languages in which one development is known whichever of them tells it:
// those the labelled sets measure. A report in another is compared with its own language.
var Compared = []string{"en", "uk", "ru", "de", "fr", "pl"}

// PollState is what we know about asking a feed, stored with the items it vouches for.
type PollState struct {
	URL          string // where to ask: the configured URL or a remembered permanent redirect
	MovedTo      string // permanent redirect seen, not yet confirmed
	MovedSeen    int    // polls in a row that parsed as a feed at MovedTo
	ETag         string // verbatim
	Modified     string // Last-Modified, verbatim
	ValidatorURL string // the URL that gave the validators
	Interval     time.Duration
	NextPoll     time.Time
	LastTry      time.Time // zero before the first poll, like the others
	LastOK       time.Time // last 200 that parsed, or 304
	LastFull     time.Time // last unconditional fetch that parsed
	LastNew      time.Time // last poll that brought an entry we did not know
	FirstOK      time.Time // first poll that parsed
	Failures     int       // in a row
	Gone         bool      // 410: not asked again until the URL changes or `feeds resume`
	Gap          time.Time // last poll with no overlap with the one before: items may have been missed
	Reason       string    // why NextPoll is what it is, in words
	Err          string    // what went wrong last time, in words; "" when the last poll was good
	Partial      string    // what was wrong with the last document although items were read, in words
	SkipHours    uint32    // hours the feed asks not to be read in: bit h is hour h, UTC
	SkipDays     uint8     // days likewise: bit d is time.Weekday d, UTC
}

// Entry is one entry as a document states it, before we know whether it is known.
type Entry struct {
	GUID          string
	URL           string // absolute http(s), as published; "" when the entry has none
	Canonical     string // URL without what does not identify: see feed.Canonical
	Title         string // plain text, like the next two
	Summary       string
	Content       string
	Lang          string // BCP 47, as the document states it; often ""
	Published     time.Time
	PublishedFrom string // how Published was obtained: see the Published constants
}

// How an entry's publication time was obtained.
const (
	PublishedStated  = "stated"  // with a zone
	PublishedZone    = "zone"    // without one; the feed's zone was used
	PublishedUpdated = "updated" // only a modification time was given
	PublishedClamped = "clamped" // stated in the future; the fetch time was used
	PublishedNone    = "none"    // absent or unreadable: Published is zero
)

// Origin says why an item is in the corpus. It never changes after first sight.
type Origin string

const (
	OriginLive     Origin = "live"
	OriginBackfill Origin = "backfill"
	OriginSeed     Origin = "seed"
)

// State is where an item is on its way.
type State string

const (
	StateReceived State = "received"
	StateWaiting  State = "waiting_text" // its article page is wanted, at most until Item.Due
	StateJudged   State = "judged"
)

// Item is a stored entry.
type Item struct {
	ID       ItemID
	Feed     FeedID
	Entry    // as first seen, but for Title, Summary and Content, which are the latest revision's
	Seen     time.Time
	Origin   Origin
	State    State
	Revision int       // of the text below and of the judgement wanted; 1 at first sight
	Revised  time.Time // when this revision was seen; Seen for revision 1
	Page     string    // main text of the article page, "" when not fetched
}

// Overlap is what a poll's entries were to us; counted inside the transaction that stores them.
type Overlap struct {
	Entries int // in the document
	New     int
	Revised int
	Known   int // unchanged
}

// Poll is the outcome of asking one feed, ready to be stored in one transaction.
type Poll struct {
	Feed    Feed
	At      time.Time
	Entries []Entry
	Same    int           // entries of a document that came again byte for byte: stored, and not in Entries
	Status  int           // HTTP status of the last hop, 0 without an answer
	Bytes   int64         // of the body, decoded
	Took    time.Duration // until the body was parsed
	Wait    time.Duration // how long its server asks to be left alone; 0 when it does not
	Outcome any           // what the decision needs and the store does not: passed back to it unread
}

// Work is one item whose current revision waits for judgement.
type Work struct {
	Item     Item
	Feed     Feed
	Previous []byte // encoded fingerprint of its latest judged revision; nil when this is the first
}

// Prepared is everything about a text that can be computed without the corpus.
type Prepared struct {
	Work        Work
	Lang        string
	Hash        string   // content hash, "v1:…"
	Fingerprint []byte   // encoded, versioned: see monitor/text
	Keys        []uint64 // index keys, at most 8
	Topics      []Relevance
	Tags        []Tag
	Sketch      []byte   // encoded features for developments: see monitor/story; nil unless placed
	StoryKeys   []uint64 // keys under which a development with this item is found
	Search      string   // text to index for search; "" unless about a topic
}

// Candidate is a known text that an item may repeat.
type Candidate struct {
	Item        ItemID
	Root        ItemID // earliest known text it repeats; itself when it repeats none
	Name        string // the seed's name, or the feed's
	Publisher   string
	Canonical   string
	Origin      Origin
	Seen        time.Time
	Published   time.Time
	Title       string
	Fingerprint []byte // latest judged revision's
	Shared      int    // index keys shared with the item
}

// VerdictKind says what an item is to the corpus.
type VerdictKind string

const (
	New       VerdictKind = "new"
	Update    VerdictKind = "update"
	Duplicate VerdictKind = "duplicate"
)

// Verdict is the decision about one revision of an item, with what it rests on.
type Verdict struct {
	Kind     VerdictKind
	Of       ItemID   // root of what it repeats; 0 for New
	Reason   string   // one of a fixed set of words, such as "same-hash"; documented in docs/dedupe.md
	Evidence string   // in words, for `why`
	Novel    []string // for an Update: the new sentences in order, in the source's words
}

// Tally counts what judging a batch decided.
type Tally struct {
	Judged, New, Update, Duplicate int
	Main, Mention                  int
	Stories                        int // developments opened
}

// Add adds another tally to t.
func (t *Tally) Add(o Tally) {
	t.Judged += o.Judged
	t.New += o.New
	t.Update += o.Update
	t.Duplicate += o.Duplicate
	t.Main += o.Main
	t.Mention += o.Mention
	t.Stories += o.Stories
}

// Deciders are the pure decisions that need the corpus; the store calls them
// inside the transaction that writes their results. They must not call the store.
type Deciders struct {
	Verdict func(p Prepared, known []Candidate) Verdict
	Place   func(p Prepared, topic string, known []StoryCandidate) Placement // nil: into a development of its own
	Dates   func(p Prepared) []StatedDate                                    // what the item states; nil: none are kept
	Moving  func(r Report) (Report, bool)                                    // of a report no more than Ledger looks at; false: it moves nothing; nil: all of it
	Ledger  func(stands []Position, d Development) []Position                // how a development that grew moves its topic's positions; nil: not at all
}

// Group is one development after regrouping: the items that belong together, and
// the told development they join, if any.
type Group struct {
	Story   StoryID // 0: a development of their own
	Items   []ItemID
	Why     []string // of each item, why it is in, in words
	Follows int      // 1 + the index of the earlier group it is the next step of; 0: of none
	After   StoryID  // the told development it is the next step of; 0: of none
}

// Regrouper decides which untold items of a topic belong together, and which join
// a told development; told ones are never split or merged. It is pure.
type Regrouper func(untold []Member, told []StoryCandidate) []Group

// Relevance of an item to one topic.
type Relevance struct {
	Topic     string  `json:"topic"`
	Relevance string  `json:"relevance"` // main, mention or none
	Score     float64 `json:"score"`     // calibrated, 0 to 1
}

// Values of Relevance.Relevance.
const (
	Main    = "main"
	Mention = "mention"
	None    = "none"
)

// Tag is one facet value and the words that earned it.
type Tag struct {
	Facet string `json:"facet"`
	Value string `json:"value"`
	Rule  string `json:"rule"`
	Match string `json:"match"`           // the matched text, as the source wrote it
	Field string `json:"field,omitempty"` // title, lede or body
	Lang  string `json:"lang,omitempty"`
	// Who is the speaker of a claim, by actor; the side of an actor; the scope of a place;
	// and the side that accepts, refuses or alleges a breach, "both" for two, of a stage.
	Who string `json:"who,omitempty"`
}

// Judgement is what is decided about one item with the corpus at hand.
type Judgement struct {
	Verdict   Verdict
	Placement Placement
}

// Placement says which development an item belongs to. The zero value is none:
// the item is about no topic.
type Placement struct {
	Topic   string
	Story   StoryID // 0 opens a new development
	Follows StoryID // an earlier development this is the outcome or next step of
	Score   float64 // of the comparison that joined it
	Why     string  // in words, for `why`
}

// StoryCandidate is an open development an item may belong to.
type StoryCandidate struct {
	Story   StoryID
	Topic   string
	Told    bool // frozen: some channel was told
	Members []Member
}

// Member is an item of a development, as the placing decision sees it.
type Member struct {
	Item      ItemID
	Published time.Time
	Sketch    []byte
}

// NewestFirst orders the members of a development: the newest first, of one time the one
// stored first.
func NewestFirst(a, b Member) int {
	return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(a.Item, b.Item))
}
