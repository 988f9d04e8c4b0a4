package config

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds the file in bytes: about a hundred thousand feeds.
const maxFile = 32 << 20

// Checks are the checks this package cannot make itself.
type Checks struct {
	// Cron says whether a spec can be used in zone, and the usual distance of two
	// firings. Its error names what is wrong and, after a semicolon, the fix. Nil
	// leaves specs unchecked and digests without a period.
	Cron func(spec string, zone *time.Location) (time.Duration, error)
}

// Where says what a configuration's relative paths are relative to.
type Where struct {
	// File is the path the configuration was read from, which messages name. Paths
	// in it are relative to its directory.
	File string
	// StateDir, when not empty, is what the database is relative to instead: the
	// directory a service manager made for it (STATE_DIRECTORY).
	StateDir string
}

//go:embed default.yaml
var defaultFile []byte

// Default returns the configuration inside the program, which is the config.yaml
// shipped with it.
func Default(w Where, checks Checks) (Config, error) {
	w.File = "built-in config.yaml"
	return Read(bytes.NewReader(defaultFile), w, checks)
}

// Load reads the file named by w. The error is *Invalid when the file was read
// but cannot be used.
func Load(w Where, checks Checks) (Config, error) {
	f, err := os.Open(w.File)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	return Read(f, w, checks)
}

// Read decodes one YAML document on top of the defaults and checks it whole. The
// error is *Invalid, with every problem there is, unless reading r itself failed.
func Read(r io.Reader, w Where, checks Checks) (Config, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return Config{}, fmt.Errorf("read configuration %s: %w", w.File, err)
	}
	bad := &Invalid{File: w.File}
	if len(b) > maxFile {
		bad.add(0, "", fmt.Sprintf("the file is over %d MiB", maxFile>>20), "split it between several instances")
		return Config{}, bad
	}
	root := parse(b, bad)
	if root == nil {
		return Config{}, bad.orNil()
	}
	c := defaults()
	c.file, c.where = w.File, lines{}
	d := decoder{bad: bad, lines: c.where}
	d.value("", root, reflect.ValueOf(&c).Elem())
	c.check(w, checks, bad)
	if err := bad.orNil(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// parse returns the one document of b, or nil when there is none to decode. What
// is wrong goes to bad.
func parse(b []byte, bad *Invalid) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(b))
	var doc, second yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF), err == nil && (len(doc.Content) == 0 || isNull(doc.Content[0])):
		bad.add(1, "", "the file is empty", "write at least one key, or run without a file to use the built-in configuration")
		return nil
	case err != nil:
		syntax(err, bad)
		return nil
	}
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		syntax(err, bad)
	default:
		line := second.Line
		if len(second.Content) > 0 {
			line = second.Content[0].Line
		}
		bad.add(line, "", "a second document begins", "remove the --- line: a configuration is one document")
	}
	return doc.Content[0]
}

var yamlError = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?((?s).*)$`)

// syntax reports an error of the YAML parser.
func syntax(err error, bad *Invalid) {
	line, text := 0, err.Error()
	if m := yamlError.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = m[2]
	}
	bad.add(line, "", "not YAML: "+text, "look at the indentation, colons and quotes on this line and the one before")
}

// resolve returns p relative to dir.
func resolve(dir, p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(dir, p)
}

// Keys lists every key there is, in the order of the reference: "poll.every",
// "feeds[].name".
func Keys() []string { return keysUnder("", reflect.TypeFor[Config]()) }

func keysUnder(path string, t reflect.Type) []string {
	var keys []string
	eachField(t, func(key string, index []int) {
		at, f := join(path, key), t.FieldByIndex(index).Type
		if f.Kind() == reflect.Slice && f.Elem().Kind() == reflect.Struct {
			at, f = at+"[]", f.Elem()
		}
		if f.Kind() == reflect.Struct {
			keys = append(keys, keysUnder(at, f)...)
		} else {
			keys = append(keys, at)
		}
	})
	return keys
}
