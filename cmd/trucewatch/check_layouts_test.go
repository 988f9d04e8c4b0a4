package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"trucewatch/notify"
)

func TestCheckHasSlackLookAtEachLayout(t *testing.T) {
	asked, answer := 0, func(string) string { return `{"ok":true}` }
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path != "/api/blocks.validate" {
			t.Errorf("asked %s: a check posts nothing", r.URL.Path)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, answer(r.FormValue("blocks")))
	}))
	defer srv.Close()
	slack := notify.NewSlack("xoxb-test", srv.URL+"/api/", srv.Client())
	if f := checkLayouts(t.Context(), slack, time.Now()); f.Level != "ok" || asked != len(notify.Samples(time.Now())) {
		t.Errorf("all accepted: %+v after %d questions", f, asked)
	}
	answer = func(blocks string) string {
		if strings.Contains(blocks, "Withdrawn") {
			return `{"ok":false,"error":"invalid_blocks"}`
		}
		return `{"ok":true}`
	}
	if f := checkLayouts(t.Context(), slack, time.Now()); f.Level != "warn" || !strings.Contains(f.Says, "edit") || f.Fix == "" {
		t.Errorf("one refused: %+v", f)
	}
	answer = func(string) string { return `{"ok":false,"error":"unknown_method"}` }
	if f := checkLayouts(t.Context(), slack, time.Now()); f.Level != "warn" || !strings.Contains(f.Says, "could not be asked") {
		t.Errorf("no such call: %+v", f)
	}
}
