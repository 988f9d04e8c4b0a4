package notify

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trucewatch/internal/news"
)

var update = flag.Bool("update", false, "rewrite the golden files; read the difference before committing it")

// TestLayouts keeps what readers see: per layout the Slack payloads as an array
// (part 1 and its thread), the terminal's text, and the model.
func TestLayouts(t *testing.T) {
	for name, d := range layouts() {
		t.Run(name, func(t *testing.T) {
			model, err := d.JSON()
			if err != nil {
				t.Fatal(err)
			}
			checkMessages(t, name, Render(d))
			golden(t, name+".slack.json", payloads(t, Render(d)))
			golden(t, name+".txt", []byte(Text(d, 100, false)))
			golden(t, name+".json", append(model, '\n'))
		})
	}
}

func layouts() map[string]Digest {
	daily, _ := Compose(dailyEdition())
	quiet, _ := Compose(quietEdition())
	dark := quietEdition()
	dark.Sources = sampleSources(dark.Slot, 7)
	blind, _ := Compose(dark)
	first := dailyEdition()
	first.First = true
	first.From = first.Slot.Add(-24 * 3600e9)
	first.Digest.Max, first.Ledger, first.Dates = 2, nil, nil
	firstDigest, _ := Compose(first)
	hello := Greet("C0DIGEST", []string{"russia-ukraine"}, sampleSources(at(20, 17, 0), 2), at(20, 16, 50),
		[]Next{{Name: "morning", At: at(21, 8, 0), Zone: kyiv}}, at(20, 17, 0), kyiv)
	weekly, _ := Compose(weeklyEdition())
	return map[string]Digest{"weekly": weekly, "daily": daily, "quiet": quiet, "blind": blind, "first": firstDigest, "hello": hello}
}

func TestAlertLayouts(t *testing.T) {
	first, ok, _ := AlertOf(alertEdition(at(20, 14, 37), declared(at(20, 14, 36))), alertSpec(), noOriginal)
	if !ok {
		t.Fatal("no alert")
	}
	golden(t, "alert.slack.json", payloads(t, first.Messages))
	second, ok, _ := AlertOf(denied(at(20, 15, 20)), alertSpec(), func(news.DeliveryID) (news.Message, bool) { return first.Messages[0], true })
	if !ok {
		t.Fatal("no correction")
	}
	golden(t, "correction.slack.json", payloads(t, second.Messages))
}

// payload is a message as it is posted.
type payload struct {
	Channel  string          `json:"channel"`
	Text     string          `json:"text"`
	Blocks   json.RawMessage `json:"blocks"`
	Unfurl   bool            `json:"unfurl_links"`
	Media    bool            `json:"unfurl_media"`
	Metadata any             `json:"metadata"`
}

func payloads(t *testing.T, messages []news.Message) []byte {
	t.Helper()
	var out []payload
	for _, m := range messages {
		out = append(out, payload{Channel: "C0DIGEST", Text: m.Text, Blocks: m.Blocks, Metadata: map[string]any{
			"event_type": "trucewatch_digest", "event_payload": map[string]any{"delivery_id": "sample", "part": m.Part}}})
	}
	raw, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(raw, '\n')
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
