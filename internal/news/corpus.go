package news

import "time"

// Seed is a document the corpus knows from the start: what identifies it, and
// none of its text.
type Seed struct {
	Name        string    `json:"name"`
	Source      string    `json:"source"`
	Date        time.Time `json:"date"`
	Lang        string    `json:"lang"`
	Hash        string    `json:"content_hash"`
	Fingerprint []byte    `json:"fingerprint"` // encoded, versioned: see monitor/text
	Keys        []uint64  `json:"keys"`        // index keys
}

// SeedGUID is the GUID a seed of a name bears in the corpus.
func SeedGUID(name string) string { return "seed:" + name }

// Fingerprinted is what learning from a judged item needs.
type Fingerprinted struct {
	Story       StoryID // 0: of no development
	Seen        time.Time
	Fingerprint []byte
}

// Membership is an item's place in a development, with the reason.
type Membership struct {
	Topic   string       `json:"topic"`
	Story   StoryID      `json:"development"`
	Follows StoryID      `json:"follows,omitempty"`
	Score   float64      `json:"score"`
	Why     string       `json:"why"`
	Others  []MemberLine `json:"others"`
}

// MemberLine is another item of a development.
type MemberLine struct {
	Item    ItemID      `json:"item"`
	Feed    string      `json:"feed"`
	Title   string      `json:"title"`
	Verdict VerdictKind `json:"verdict"`
}

// ImportEntry is one entry to import, and the feed it belongs to.
type ImportEntry struct {
	Feed string // name or URL of a feed; an unknown one is made, unpolled; "" passes the entry over
	Entry
}

// Exported is one item as `export` writes it. The field names and their order
// are a promise to those who read exports.
type Exported struct {
	ID            ItemID      `json:"id"`
	Feed          string      `json:"feed"`
	GUID          string      `json:"guid"`
	URL           string      `json:"url"`
	Title         string      `json:"title"`
	Summary       string      `json:"summary"`
	Published     *time.Time  `json:"published"`
	PublishedFrom string      `json:"published_from"`
	Seen          time.Time   `json:"seen"`
	Origin        Origin      `json:"origin"`
	Lang          string      `json:"lang"`
	ContentHash   string      `json:"content_hash"`
	Verdict       VerdictKind `json:"verdict"`
	Of            string      `json:"of"`
	OfID          *ItemID     `json:"of_id"`
	Reason        string      `json:"reason"`
	Novel         []string    `json:"novel"`
	Last          Last        `json:"last"`
	Topics        []Relevance `json:"topics"`
	Tags          []Tag       `json:"tags"`
	Story         *StoryID    `json:"story"`
	Revisions     int         `json:"revisions"`
}

// Last is how the newest revision of an exported item was judged.
type Last struct {
	Verdict VerdictKind `json:"verdict"`
	Novel   []string    `json:"novel"`
	At      time.Time   `json:"at"`
}

// ExportFilter selects items to export; zero fields select all.
type ExportFilter struct {
	Since, Until time.Time // of the news time; Until is exclusive
}

// Stats is what the database holds and is busy with, for `status`.
type Stats struct {
	Items      int64                   `json:"items"`
	Pending    int64                   `json:"pending"`
	Main       int64                   `json:"main"`
	Mention    int64                   `json:"mention"`
	Stories    int64                   `json:"developments"`
	Seeds      int64                   `json:"seeds"`
	Bytes      int64                   `json:"bytes"` // on the disk, the log of the database included
	Deliveries map[DeliveryState]int64 `json:"outbox"`
	Digests    []DigestStatus          `json:"digests"`
	Reactions  map[string]int64        `json:"reactions"` // by emoji name, on what was posted in the last 30 days
}

// DigestStatus is when a digest was last cut.
type DigestStatus struct {
	Name      string    `json:"name"`
	FirstSeen time.Time `json:"first_seen"`
	LastSlot  time.Time `json:"last_slot"`
	LastCut   time.Time `json:"last_cut"`
	Kind      string    `json:"kind"`
}
