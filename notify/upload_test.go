package notify

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// weekFile is a recap's table as a file, to be posted in a thread.
func weekFile(t *testing.T, s *Slack) (d Digest, parent Receipt, table news.Delivery) {
	t.Helper()
	d, _ = Compose(weeklyEdition())
	d.Files = true
	messages := Render(d)
	if len(messages) != 2 || messages[1].File == nil {
		t.Fatalf("%d messages, want the recap and its table as a file", len(messages))
	}
	row := news.Delivery{ID: 1, Key: "weekly/1", Channel: "C0ONE", Message: messages[0], Claimed: time.Now()}
	parent, err := s.Post(t.Context(), row)
	if err != nil {
		t.Fatal(err)
	}
	return d, parent, news.Delivery{ID: 2, Key: "weekly/2", Channel: "C0ONE", Message: messages[1], ThreadTS: parent.TS, Attempts: 1, Claimed: time.Now()}
}

func uploading(t *testing.T) (*fakeSlack, *Slack) {
	t.Helper()
	f := newFakeSlack()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.base = server.URL
	return f, NewSlack(fakeToken, server.URL+"/api/", server.Client())
}

func TestTheTableOfAWeekIsAFileInItsThread(t *testing.T) {
	f, s := uploading(t)
	d, parent, table := weekFile(t, s)
	if _, err := s.Post(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	f.settle()
	got := f.messages[len(f.messages)-1]
	if got.File != table.Message.File.Name || got.Thread != parent.TS || got.Text == "" {
		t.Errorf("posted %+v", got)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Content, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != len(d.Entries)+1 {
		t.Errorf("%d rows, %v; want a header and %d developments", len(rows), err, len(d.Entries))
	}
	ts, err := s.Find(t.Context(), table, time.Now().Add(-time.Hour), time.Now())
	if err != nil || ts != got.TS {
		t.Errorf("found %q, %v; want it by its name at %s", ts, err, got.TS)
	}
	posted, err := s.Posted(t.Context(), "C0ONE", time.Now().Add(-time.Hour))
	if err != nil || len(posted) != 2 || posted[1].File != got.File {
		t.Errorf("%+v, %v; want the recap and its file", posted, err)
	}
}

func TestAFileThatIsRefusedGoesOutAsText(t *testing.T) {
	for name, c := range map[string]struct {
		fault    fakeFault
		attempts int
		want     Class // "": unclear
	}{
		"no scope":                       {fakeFault{method: "files.getUploadURLExternal", kind: "error", arg: "missing_scope"}, 1, Layout},
		"files are switched off":         {fakeFault{method: "files.completeUploadExternal", kind: "error", arg: "file_uploads_disabled"}, 1, Layout},
		"a proxy that lets none through": {fakeFault{method: "upload", kind: "status", arg: "403"}, 4, Layout},
		"the same, at first":             {fakeFault{method: "upload", kind: "status", arg: "403"}, 1, Wait},
		"an answer lost before the file": {fakeFault{method: "files.getUploadURLExternal", kind: "lost-after"}, 1, Wait},
		"an answer lost after it":        {fakeFault{method: "files.completeUploadExternal", kind: "lost-after"}, 9, ""},
		"not in the channel":             {fakeFault{method: "files.completeUploadExternal", kind: "error", arg: "not_in_channel"}, 1, Config},
		"a rate limit":                   {fakeFault{method: "files.getUploadURLExternal", kind: "429", arg: "30"}, 9, Wait},
	} {
		f, s := uploading(t)
		_, parent, table := weekFile(t, s)
		c.fault.from = 1
		f.faults = []fakeFault{c.fault}
		table.Attempts = c.attempts
		_, err := s.Post(t.Context(), table)
		r, refused := errors.AsType[*Refusal](err)
		if err == nil || refused != (c.want != "") || refused && r.Class != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if c.want != Layout {
			continue
		}
		table.PlainNow = true
		if _, err := s.Post(t.Context(), table); err != nil {
			t.Errorf("%s: as text: %v", name, err)
		}
		f.settle()
		if got := f.messages[len(f.messages)-1]; got.Thread != parent.TS || !strings.Contains(got.Text, "original reports") {
			t.Errorf("%s: as text %+v", name, got)
		}
	}
}

func TestFilesAreTakenWithTheScope(t *testing.T) {
	f, s := uploading(t)
	if s.Uploads(t.Context()) {
		t.Error("files are posted without the scope")
	}
	f.scopes += ",files:write"
	if !s.Uploads(t.Context()) {
		t.Error("files are not posted with the scope")
	}
	f.faults = []fakeFault{{method: "auth.test", from: 3, kind: "html"}}
	if s.Uploads(t.Context()) {
		t.Error("files are posted although nothing is known of the scope")
	}
}

// Slack finds a file by its name alone, so two digests never share one.
func TestNamesOfTablesTellDigestsApart(t *testing.T) {
	d, _ := Compose(weeklyEdition())
	seen := map[string]string{}
	for _, name := range []string{"weekly", "Weekly", "weekly!", "week-ly", "week ly", "week.ly", "щотижня", "тиждень", ""} {
		d.Name = name
		for _, slot := range []time.Time{d.Slot, d.Slot.Add(time.Minute)} {
			x := d
			x.Slot = slot
			file := tableFile(x, 2).File.Name
			if of, taken := seen[file]; taken {
				t.Errorf("%q and %q share %s", of, name, file)
			}
			if seen[file] = name; file != tableFile(x, 2).File.Name || !regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.csv$`).MatchString(file) {
				t.Errorf("%q at %s gives %q", name, slot, file)
			}
		}
	}
}

// A table that goes out as text holds as much as one message may: no line of it or of the
// recap says that all is there when it is not.
func TestATableCutShortSaysWhatIsLeftOut(t *testing.T) {
	d, _ := Compose(weeklyEdition())
	for len(d.Entries) < 75 {
		d.Entries = append(d.Entries, d.Entries[0])
	}
	d.Files = true
	messages := Render(d)
	text := plainForm(messages[1])
	head, rest, _ := strings.Cut(text, "\n")
	rows := strings.Count(rest, "\n") - 1 // less the line of column names; the last has no end
	if want := fmt.Sprintf("… %d more lines do not fit here", 75-rows); head != "The week as a table: 75 developments" || !strings.HasSuffix(rest, want) || rows < 5 || rows > 70 || len(text) > maxPlainText {
		t.Errorf("%d rows in %d bytes of\n%s", rows, len(text), text)
	}
	if foot := messages[0].Plain; strings.Contains(foot, "all 75") || !strings.Contains(foot, "table in the thread") {
		t.Errorf("the recap says\n%s", foot)
	}
	for len(d.Entries) < tableRows+12 {
		d.Entries = append(d.Entries, d.Entries[0])
	}
	if got := Render(d)[1].Text; got != "The week as a table: the first 300 of 312 developments" {
		t.Errorf("headed %q", got)
	}
}

func TestTheTableHoldsNoFormula(t *testing.T) {
	d, _ := Compose(weeklyEdition())
	d.Entries[0].Headline.Title = "＝1+1 for the talks"
	d.Entries[0].Headline.Name = " =cmd"
	rows, err := csv.NewReader(strings.NewReader(strings.Join(CSV(d), "\n"))).ReadAll()
	if err != nil || rows[1][8] != "'＝1+1 for the talks" || rows[1][9] != "' =cmd" {
		t.Errorf("%q, %v", rows[1], err)
	}
}
