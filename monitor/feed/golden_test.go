package feed

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the wanted documents in testdata/golden")

// Each file holds a feed and the document it is.
func TestGoldenDocuments(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			o := testOptions
			o.Zone = time.FixedZone("", 2*3600)
			d, err := Parse(a.Files[0].Data, o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(d, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			if *update {
				a.Files = append(a.Files[:1], txtar.File{Name: "document", Data: got})
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(a.Files) != 2 || string(a.Files[1].Data) != string(got) {
				t.Errorf("document is\n%s\nwant the one in %s", got, name)
			}
		})
	}
}

func TestBrokenJSONFeeds(t *testing.T) {
	head := `{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[`
	one, two := `{"id":"1","url":"https://example.org/1","title":"One"}`, `{"id":"2","url":"https://example.org/2","title":"Two"}`
	for _, c := range []struct {
		name, doc, partial string
		items              int
	}{
		{"byte order mark", "\ufeff" + head + one + "," + two + "]}", "", 2},
		{"cut within an item", head + one + "," + two[:20], "cut off; the 1 items before it", 1},
		{"cut after an item", head + one, "cut off", 1},
		{"a line break in a string", head + strings.Replace(one, "One", "O\nne", 1) + "," + two + "]}", "line breaks inside JSON strings", 2},
		{"an item that is no object", head + one + ",3," + two + "]}", "left out: 1", 2},
		{"broken after an item", head + one + ",,]}", "broken JSON", 1},
		{"control characters", head + strings.Replace(one, "One", "O\x01ne", 1) + "," + two + "]}", "", 2},
		{"a bomb of arrays", head + one + "," + strings.Repeat("[", 20000), "broken JSON", 1},
		{"a bomb in an unused member", head + strings.Replace(one, "{", `{"attachments":[`+strings.Repeat("{},", 100000)+`{}],`, 1) + "]}", "", 1},
	} {
		d, err := Parse([]byte(c.doc), testOptions)
		if err != nil || len(d.Entries) != c.items || d.Title != "t" || (c.partial == "") != (d.Partial == "") || !strings.Contains(d.Partial, c.partial) {
			t.Errorf("%s: %d entries, title %q, partial %q, %v; want %d, partial with %q", c.name, len(d.Entries), d.Title, d.Partial, err, c.items, c.partial)
		}
	}
}

func TestLanguage(t *testing.T) {
	for in, want := range map[string]string{
		"uk": "uk", "UK-ua": "uk-UA", "en_us": "en-US", " ru ": "ru", "ua": "uk", "US": "en", "zh-Hans-CN": "zh-CN",
		"": "", "русский": "", "english": "", "x": "", "e1": "", "rus": "ru", "gsw": "gsw",
	} {
		if got := language(in); got != want {
			t.Errorf("language(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestLongFieldsAreBounded(t *testing.T) {
	long := strings.Repeat("довго ", 1<<17)
	d, err := Parse([]byte(rssOf("<item><title>"+long+"</title><link>https://example.org/"+strings.Repeat("a", maxURL)+"</link><guid>"+long+"</guid><description>"+long+"</description></item>",
		"<item><title>b</title><guid>"+long+"x</guid></item>")), testOptions)
	if err != nil || len(d.Entries) != 2 {
		t.Fatal(err)
	}
	checkDocument(t, d, Options{MaxItems: 2, Now: now})
	if e := d.Entries[0]; e.URL != "" || e.GUID == d.Entries[1].GUID {
		t.Errorf("URL %q; GUIDs %q and %q must differ", e.URL, e.GUID, d.Entries[1].GUID)
	}
}
