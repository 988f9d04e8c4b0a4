package tag

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

func TestZZEval(t *testing.T) {
	in, out := os.Getenv("TAG_IN"), os.Getenv("TAG_OUT")
	if in == "" {
		t.Skip()
	}
	p, err := Builtin("russia-ukraine")
	if err != nil {
		t.Fatal(err)
	}
	packs := []*Pack{p}
	if x := os.Getenv("TAG_ALSO"); x != "" {
		q, err := Builtin(x)
		if err != nil {
			t.Fatal(err)
		}
		packs = append(packs, q)
	}
	r, err := Compile(packs...)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := os.Open(in)
	defer f.Close()
	o, _ := os.Create(out)
	defer o.Close()
	w := bufio.NewWriter(o)
	defer w.Flush()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var it struct{ Guid, Title, Summary, Content, Lang string }
		if err := json.Unmarshal(sc.Bytes(), &it); err != nil {
			t.Fatal(err)
		}
		res := r.Explain(Input{Title: it.Title, Lede: it.Summary, Body: it.Content, Lang: it.Lang})
		b, _ := json.Marshal(map[string]any{"guid": it.Guid, "title": it.Title, "summary": it.Summary, "lang": it.Lang, "topics": res.Topics, "tags": res.Tags, "genre": res.Genre, "why": res.Why})
		w.Write(b)
		w.WriteByte('\n')
	}
}
