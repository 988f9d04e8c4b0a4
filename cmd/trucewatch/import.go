package main

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
)

// ImportCmd takes over the feeds of another reader.
type ImportCmd struct {
	File  string `arg:"" help:"OPML file, as other readers export it; - is standard input."`
	Write bool   `help:"Append them to the configuration file instead of printing them."`
}

func (*ImportCmd) Help() string {
	return `Prints the feeds of an OPML file as lines for the configuration, its folders as comments. Feeds that
are configured already, or stand twice in the file, are left out and named. With --write the lines
are added to the configuration file, whose other lines and comments stay as they are; a result that
would not load, or would change anything else, is not written.`
}

// Bounds of an OPML file.
const (
	opmlBytes    = 8 << 20
	opmlDepth    = 64
	opmlFeeds    = 10_000
	opmlName     = 100 // bytes, as the configuration allows
	opmlURL      = 2048
	leftOutShown = 50 // lines about feeds left out
)

func (c *ImportCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	b, err := c.read(e)
	if err != nil {
		return err
	}
	listed, err := parseOPML(b)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	feeds, leftOut := importable(listed, cfg.Feeds)
	for i, l := range leftOut {
		if i == leftOutShown {
			fmt.Fprintf(e.stderr, "left out: %d more\n", len(leftOut)-i)
			break
		}
		fmt.Fprintln(e.stderr, "left out: "+l)
	}
	if len(feeds) == 0 {
		fmt.Fprintf(e.stderr, "nothing to add: %d feeds in the file\n", len(listed))
		return nil
	}
	if !c.Write {
		fmt.Fprintf(e.stderr, "%d feeds to add; --write adds them to the configuration file\n", len(feeds))
		fmt.Fprint(e.stdout, "feeds:\n"+feedLines(feeds, "  "))
		return nil
	}
	file := e.configFile()
	if file == "" {
		return errors.New("there is no configuration file to write to: print the lines, and put them into config.yaml")
	}
	if err := appendFeeds(file, cfg, feeds); err != nil {
		return fmt.Errorf("%s was left as it is: %w", file, err)
	}
	fmt.Fprintf(e.stdout, "%d feeds added to %s; a running daemon takes them up when it is reloaded\n", len(feeds), file)
	return nil
}

// read reads the OPML file, at most opmlBytes of it.
func (c *ImportCmd) read(e *env) ([]byte, error) {
	r := e.stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, opmlBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	if len(b) > opmlBytes {
		return nil, fmt.Errorf("%s: larger than %d MiB", c.File, opmlBytes>>20)
	}
	return b, nil
}

// configFile is the file the configuration is read from, "" for the built-in one.
func (e *env) configFile() string {
	if e.cli.Config != "" {
		return e.cli.Config
	}
	if _, err := os.Stat("config.yaml"); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return "config.yaml"
}

// outlined is a feed as an OPML file lists it.
type outlined struct {
	name, url, lang, folder string
}

// parseOPML lists the feeds of an OPML document: every outline with an address,
// however deep, in its order. Tokens are read raw and nothing is kept of what is
// no outline, so a hostile file costs no more than its size.
func parseOPML(b []byte) (out []outlined, err error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) {
		return nil, errors.New("not UTF-8 text; convert it first")
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict, d.Entity = false, xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8, whatever its label
	root := false
	var folders []string // of the elements that are open
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("not readable as OPML: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			name := strings.ToLower(t.Name.Local)
			if !root && name != "opml" {
				return nil, fmt.Errorf("not an OPML file: it begins with <%.40s>", t.Name.Local)
			}
			root = true
			if len(folders) == opmlDepth {
				return nil, fmt.Errorf("folders are nested deeper than %d", opmlDepth)
			}
			folder := ""
			if name == "outline" {
				o := outline(t.Attr)
				if o.url == "" {
					folder = o.name
				} else {
					o.folder = strings.Join(slices.DeleteFunc(slices.Clone(folders), func(s string) bool { return s == "" }), " / ")
					out = append(out, o)
				}
			}
			if len(out) > opmlFeeds {
				return nil, fmt.Errorf("more than %d feeds", opmlFeeds)
			}
			folders = append(folders, folder)
		case xml.EndElement:
			folders = folders[:max(0, len(folders)-1)]
		}
	}
	if !root {
		return nil, errors.New("not an OPML file")
	}
	return out, nil
}

func outline(attrs []xml.Attr) (o outlined) {
	var text, title string
	for _, a := range attrs {
		switch v := plain(a.Value); strings.ToLower(a.Name.Local) {
		case "xmlurl":
			o.url = strings.TrimSpace(a.Value)
		case "text":
			text = v
		case "title":
			title = v
		case "language":
			o.lang = v
		}
	}
	o.name = cmp.Or(text, title)
	return o
}

// plain is text on one line, without what cannot be shown, that fits a name.
func plain(s string) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, s)), " ")
	if len(s) > opmlName-4 { // room for a number that tells two apart
		n := opmlName - 4
		for !utf8.RuneStart(s[n]) {
			n--
		}
		s = strings.TrimSpace(s[:n])
	}
	return s
}

var opmlLanguage = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// importable splits what an OPML file lists into what can be added to the
// configured feeds, under names of their own, and what is left out, in words.
func importable(listed []outlined, configured []config.Feed) (feeds []outlined, leftOut []string) {
	names, addresses := map[string]bool{}, map[string]string{}
	for _, f := range configured {
		names[strings.ToLower(f.Name)] = true
		addresses[addressKey(f.URL)] = "configured already as " + f.Name
	}
	for _, o := range listed {
		shown := fmt.Sprintf("%s %.200q", cmp.Or(o.name, "(no name)"), o.url)
		address, wrong := importURL(o.url)
		if wrong != "" {
			leftOut = append(leftOut, shown+": "+wrong)
			continue
		}
		key := addressKey(address)
		if known := addresses[key]; known != "" {
			leftOut = append(leftOut, shown+": "+known)
			continue
		}
		o.url = address
		if o.name == "" {
			o.name = plain(key[:strings.IndexAny(key+"/", "/?")])
		}
		base := o.name
		for n := 2; names[strings.ToLower(o.name)]; n++ {
			o.name = fmt.Sprintf("%s %d", base, n)
		}
		if !opmlLanguage.MatchString(o.lang) {
			o.lang = ""
		}
		names[strings.ToLower(o.name)] = true
		addresses[key] = "the same feed as " + o.name
		feeds = append(feeds, o)
	}
	return feeds, leftOut
}

// importURL makes an address the configuration takes, or says what is wrong.
func importURL(s string) (address, wrong string) {
	if rest, ok := strings.CutPrefix(s, "feed:"); ok { // other readers' own scheme
		s = rest
		if strings.HasPrefix(s, "//") {
			s = "http:" + s
		}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return "", "not an http or https address"
	case u.User != nil:
		return "", "its address carries a user or a password"
	case len(s) > opmlURL || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }):
		return "", "its address is too long or holds what cannot be shown"
	}
	return s, ""
}

// addressKey is the same for addresses that surely lead to one feed.
func addressKey(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	key := strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80") + strings.TrimSuffix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		key += "?" + u.RawQuery
	}
	return key
}

// feedLines writes feeds as entries of a list in YAML.
func feedLines(feeds []outlined, indent string) string {
	var b strings.Builder
	folder := ""
	for _, f := range feeds {
		if f.folder != folder {
			folder = f.folder
			if folder != "" {
				fmt.Fprintf(&b, "%s# %s\n", indent, folder)
			}
		}
		fmt.Fprintf(&b, "%s- {name: %s, url: %s", indent, yamlString(f.name), yamlString(f.url))
		if f.lang != "" {
			fmt.Fprintf(&b, ", lang: %s", yamlString(f.lang))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// yamlString writes text without control characters as a string of YAML.
func yamlString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// appendFeeds adds feeds to a configuration file and replaces it in one step, if
// the result loads and differs in nothing else.
func appendFeeds(file string, cfg config.Config, feeds []outlined) error {
	path, err := filepath.EvalSymlinks(file)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := withFeeds(string(old), feeds)
	if err != nil {
		return err
	}
	got, err := config.Read(strings.NewReader(text), config.Where{File: file}, checks)
	if err != nil {
		return fmt.Errorf("with the new lines it would not load: %w", err)
	}
	if err := onlyAdds(cfg, got, feeds); err != nil {
		return err
	}
	return replaceFile(path, info, old, []byte(text))
}

var (
	feedsKey  = regexp.MustCompile(`^feeds:[ \t]*(#.*)?$`)
	feedsNone = regexp.MustCompile(`^feeds:[ \t]*\[[ \t]*\][ \t]*(#.*)?$`)
)

// withFeeds adds feeds to the text of a configuration: below the last entry of
// its list, or as a list where there is none.
func withFeeds(text string, feeds []outlined) (string, error) {
	eol := "\n"
	if strings.Contains(text, "\r\n") {
		eol = "\r\n"
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	insert := func(at int, indent string) string {
		added := strings.Split(strings.TrimSuffix(feedLines(feeds, indent), "\n"), "\n")
		return strings.Join(slices.Insert(lines, at, added...), eol) + eol
	}
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "feeds:") })
	switch {
	case at < 0:
		lines = append(lines, "", "feeds:")
		return insert(len(lines), "  "), nil
	case feedsNone.MatchString(lines[at]):
		lines[at] = "feeds:"
		return insert(at+1, "  "), nil
	case !feedsKey.MatchString(lines[at]):
		return "", errors.New("its feeds stand in one line: put each on a line of its own first")
	}
	last, indent := at, "  "
	for i := at + 1; i < len(lines); i++ {
		l := strings.TrimSpace(lines[i])
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		dash := strings.HasPrefix(l, "- ") || l == "-"
		if !strings.HasPrefix(lines[i], " ") && !dash {
			break
		}
		if dash && last == at {
			indent = lines[i][:len(lines[i])-len(strings.TrimLeft(lines[i], " "))]
		}
		last = i
	}
	return insert(last+1, indent), nil
}

// onlyAdds reports how a configuration differs from an older one with feeds added
// at the end of its list.
func onlyAdds(before, after config.Config, feeds []outlined) error {
	want := slices.Clone(before.NewsFeeds())
	got := after.NewsFeeds()
	if len(got) != len(want)+len(feeds) || !slices.EqualFunc(got[:len(want)], want, func(a, b news.Feed) bool { return a == b }) {
		return errors.New("it would not hold the same feeds as before, and the new ones")
	}
	for i, f := range feeds {
		if g := got[len(want)+i]; g.Name != f.name || g.URL != f.url || g.Lang != f.lang {
			return fmt.Errorf("%s would not be read as it is meant", yamlString(f.name))
		}
	}
	a, b := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range a.NumField() {
		f := a.Type().Field(i)
		if !f.IsExported() || f.Name == "Feeds" || f.Name == "Database" { // the database may be elsewhere by the environment
			continue
		}
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			return fmt.Errorf("its %s would change", strings.ToLower(f.Name))
		}
	}
	return nil
}

// replaceFile puts new content in place of old in one step, on disk before it is
// seen and with the same owner and mode, unless somebody changed the file meanwhile.
func replaceFile(path string, info fs.FileInfo, old, now []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".trucewatch-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(now)
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		err = errors.Join(err, f.Chown(int(s.Uid), int(s.Gid)))
	}
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if there, err := os.ReadFile(path); err != nil || !bytes.Equal(there, old) {
		return errors.Join(err, errors.New("it was changed meanwhile; try again"))
	}
	return os.Rename(f.Name(), path)
}
