package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/monitor/text"
	"trucewatch/seeds"
)

// SeedCmd works on the seed corpus.
type SeedCmd struct {
	Add    SeedAddCmd    `cmd:"" help:"Fingerprint documents and write them to the seed directory; their text is not kept."`
	List   SeedListCmd   `cmd:"" help:"List the seeds."`
	Verify SeedVerifyCmd `cmd:"" help:"Tell which seed a file is, or repeats."`
}

// SeedAddCmd makes seeds.
type SeedAddCmd struct {
	Path   string   `arg:"" type:"existingpath" help:"A text or HTML file, or a directory of them."`
	Name   string   `help:"Name of the seed (one file only). Default: the file's name."`
	Source string   `help:"Who published it."`
	Date   timeFlag `placeholder:"DATE" help:"When it was published."`
	Lang   string   `help:"Its language. Default: found from the text."`
	Dir    string   `placeholder:"DIR" help:"Where to write. Default: the configured seed directory."`
}

func (c *SeedAddCmd) Run(e *env) error {
	dir, err := c.dir(e)
	if err != nil {
		return err
	}
	files, err := documents(c.Path)
	if err != nil {
		return err
	}
	if c.Name != "" && len(files) != 1 {
		return usageError{fmt.Errorf("--name goes with one file, and %s holds %d", c.Path, len(files))}
	}
	known, err := seeds.Load(dir)
	if err != nil {
		return err
	}
	var docs []document
	for _, f := range files {
		title, body, err := readDocument(f)
		if err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		name := c.Name
		if name == "" {
			name = seedName(f)
		}
		lang := text.Language(title, body, c.Lang)
		docs = append(docs, document{news.Seed{Name: name, Source: c.Source, Date: c.Date.Time, Lang: lang}, text.New(title, body, lang)})
	}
	for _, s := range known {
		fp, err := text.Decode(s.Fingerprint)
		if err != nil {
			return fmt.Errorf("seed %s: %w", s.Name, err)
		}
		if !slices.ContainsFunc(docs, func(d document) bool { return d.seed.Name == s.Name }) {
			docs = append(docs, document{s, fp})
		}
	}
	for _, s := range marked(docs) {
		if i := slices.IndexFunc(known, func(k news.Seed) bool { return k.Name == s.Name }); i >= 0 && bytes.Equal(known[i].Fingerprint, s.Fingerprint) {
			continue
		}
		if err := seeds.Write(dir, s); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%s: %s, %s, fingerprint of %d bytes\n", s.Name, s.Hash[:19], s.Lang, len(s.Fingerprint))
	}
	return nil
}

// document is a seed with its fingerprint.
type document struct {
	seed news.Seed
	fp   text.Fingerprint
}

// marked makes seeds of documents. What two of them share word for word is their
// sources' furniture: it is marked, and plays no part in any verdict.
func marked(docs []document) []news.Seed {
	fps := make([]text.Fingerprint, len(docs))
	for i, d := range docs {
		fps[i] = d.fp
	}
	common := text.Common(fps)
	out := make([]news.Seed, len(docs))
	for i, d := range docs {
		fp := d.fp.Mark(common)
		d.seed.Hash, d.seed.Fingerprint, d.seed.Keys = fp.ContentHash(), fp.Encode(), fp.Keys("")
		out[i] = d.seed
	}
	return out
}

func (c *SeedAddCmd) dir(e *env) (string, error) {
	if c.Dir == "" {
		cfg, err := e.loadConfig()
		if err != nil {
			return "", err
		}
		if c.Dir = cfg.Seeds; c.Dir == "" {
			return "", usageError{errors.New("no seed directory is configured; name one with --dir")}
		}
	}
	return c.Dir, os.MkdirAll(c.Dir, 0o755)
}

// documents lists a file, or the text and HTML files of a directory by name.
func documents(path string) ([]string, error) {
	fi, err := os.Stat(path)
	if err != nil || !fi.IsDir() {
		return []string{path}, err
	}
	d, err := openDir(path, "")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var paths []string
	for _, f := range d.files {
		if f.err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, f.err)
		}
		paths = append(paths, f.path)
	}
	return paths, nil
}

var notName = regexp.MustCompile(`[^a-z0-9._-]+`)

func seedName(path string) string {
	base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	return strings.Trim(notName.ReplaceAllString(strings.ToLower(base), "-"), "-._")
}

// SeedListCmd lists seeds.
type SeedListCmd struct {
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

func (c *SeedListCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	all, err := loadSeeds(cfg)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(e.stdout, all)
	}
	t := newTable("NAME", "SOURCE", "DATE", "LANG", "HASH")
	for _, s := range all {
		date := ""
		if !s.Date.IsZero() {
			date = s.Date.Format("2006-01-02")
		}
		t.row(s.Name, s.Source, date, s.Lang, s.Hash)
	}
	t.write(e.stdout)
	return nil
}

// SeedVerifyCmd proves that a file matches a seed.
type SeedVerifyCmd struct {
	File string `arg:"" type:"existingfile" help:"A text or HTML file."`
}

func (c *SeedVerifyCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	all, err := loadSeeds(cfg)
	if err != nil {
		return err
	}
	title, body, err := readDocument(c.File)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	it := news.Item{Entry: news.Entry{Title: title, Content: body}, Revision: 1}
	p := news.Prepared{Work: news.Work{Item: it}}
	p.Lang, p.Hash, p.Fingerprint, p.Keys = text.Prepare(it, "")
	if i := slices.IndexFunc(all, func(s news.Seed) bool { return s.Hash == p.Hash }); i >= 0 {
		fmt.Fprintf(e.stdout, "%s is the seed %s (same content hash %s)\n", c.File, all[i].Name, p.Hash)
		return nil
	}
	known := make([]news.Candidate, len(all))
	for i, s := range all {
		known[i] = news.Candidate{Item: news.ItemID(i + 1), Root: news.ItemID(i + 1), Name: s.Name, Origin: news.OriginSeed, Published: s.Date, Fingerprint: s.Fingerprint}
	}
	v := monitor.Judge(p, known, nil)
	switch v.Kind {
	case news.Duplicate:
		fmt.Fprintf(e.stdout, "%s repeats the seed %s (%s: %s)\n", c.File, all[v.Of-1].Name, v.Reason, v.Evidence)
		return nil
	case news.Update:
		fmt.Fprintf(e.stdout, "%s repeats the seed %s and adds %d sentences (%s)\n", c.File, all[v.Of-1].Name, len(v.Novel), v.Evidence)
	default:
		fmt.Fprintf(e.stdout, "%s matches no seed (%s)\n", c.File, v.Evidence)
	}
	return errFailed
}
