package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// decoder lays a YAML tree over a struct that holds the defaults. The library's
// own decoder stops at the first ill-typed key of a mapping, does not say where a
// value stands once decoded, and takes yes for a word: so the tree is walked here.
type decoder struct {
	bad   *Invalid
	lines lines
}

// defaulter is an entry of a list that has defaults of its own.
type defaulter interface{ setDefaults() }

var (
	durationType = reflect.TypeFor[time.Duration]()
	sizeType     = reflect.TypeFor[Size]()
)

// value decodes n into v and remembers its line.
func (d *decoder) value(path string, n *yaml.Node, v reflect.Value) {
	d.lines[path] = n.Line
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.bad.add(n.Line, path, "YAML anchors and aliases are not read here", "write the value out")
	case v.Kind() == reflect.Struct:
		d.structure(path, n, v)
	case v.Kind() == reflect.Slice:
		d.list(path, n, v)
	default:
		d.scalar(path, n, v)
	}
}

func (d *decoder) structure(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		if !isNull(n) { // a heading whose keys are all commented out keeps the defaults
			d.bad.add(n.Line, path, found(n)+" where keys are expected", "write "+example(v.Type()))
		}
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		at := join(path, printable(key.Value))
		if key.Kind != yaml.ScalarNode || key.Anchor != "" {
			d.bad.add(key.Line, path, found(key)+" stands as a key", "use "+either(keysOf(v)))
			continue
		}
		if first, twice := seen[key.Value]; twice {
			d.bad.add(key.Line, at, fmt.Sprintf("the key is written twice, first on line %d", first), "keep one")
			continue
		}
		seen[key.Value] = key.Line
		field, known := fieldOf(v, key.Value)
		if !known {
			d.bad.add(key.Line, at, "unknown key", suggestKey(key.Value, keysOf(v)))
			continue
		}
		d.value(at, val, field)
	}
}

func (d *decoder) list(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		if isNull(n) { // all entries commented out
			v.SetZero()
			return
		}
		d.bad.add(n.Line, path, found(n)+" where a list is expected", "write "+example(v.Type()))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		entry := out.Index(i)
		if def, ok := entry.Addr().Interface().(defaulter); ok {
			def.setDefaults()
		}
		at := fmt.Sprintf("%s[%d]", path, i)
		if isNull(c) && entry.Kind() == reflect.Struct {
			d.lines[at] = c.Line
			d.bad.add(c.Line, at, "an empty entry", "remove it or write "+example(entry.Type()))
			continue
		}
		d.value(at, c, entry)
	}
	v.Set(out)
}

func (d *decoder) scalar(path string, n *yaml.Node, v reflect.Value) {
	wrong := func(fix string) { d.bad.add(n.Line, path, found(n)+" is not "+kindOf(v.Type()), fix) }
	if n.Kind != yaml.ScalarNode {
		wrong("write " + example(v.Type()))
		return
	}
	tag := n.ShortTag()
	switch {
	case tag == "!!null":
		d.bad.add(n.Line, path, "the key has no value", "write "+example(v.Type())+", or leave the key out")
	case v.Type() == durationType:
		dur, err := parseDuration(n.Value)
		if err != nil {
			wrong("write a number and its unit, such as 30s, 15m, 6h or 30d")
			return
		}
		v.SetInt(int64(dur))
	case v.Type() == sizeType:
		size, err := parseSize(n.Value)
		if err != nil {
			wrong("write a number and its unit, such as 8MiB")
			return
		}
		v.SetInt(int64(size))
	case v.Kind() == reflect.String:
		if tag != "!!str" {
			wrong("put it in quotes")
			return
		}
		v.SetString(n.Value)
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(n.Value)
		if tag != "!!bool" || err != nil {
			wrong("write true or false")
			return
		}
		v.SetBool(b)
	case v.Kind() == reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if tag != "!!int" || err != nil {
			wrong("write a whole number, such as 5")
			return
		}
		v.SetInt(int64(i))
	case v.Kind() == reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if tag != "!!int" && tag != "!!float" || err != nil || f-f != 0 { // f-f: neither infinite nor no number
			wrong("write a number, such as 0.5")
			return
		}
		v.SetFloat(f)
	}
}

// fieldOf returns the field of a struct that has the key.
func fieldOf(v reflect.Value, key string) (reflect.Value, bool) {
	for _, f := range keyed(v.Type()) {
		if f.key == key {
			return v.FieldByIndex(f.index), true
		}
	}
	return reflect.Value{}, false
}

// keysOf lists the keys of a struct in the order of its fields.
func keysOf(v reflect.Value) []string {
	var keys []string
	eachField(v.Type(), func(key string, _ []int) { keys = append(keys, key) })
	return keys
}

func eachField(t reflect.Type, visit func(key string, index []int)) {
	for _, f := range keyed(t) {
		visit(f.key, f.index)
	}
}

type keyedField struct {
	key   string
	index []int
}

// keyedFields remembers what keyed found: a file has thousands of structs of few types.
var keyedFields sync.Map // reflect.Type → []keyedField

// keyed lists the fields of a struct that have a key, those of embedded structs too.
func keyed(t reflect.Type) []keyedField {
	if known, ok := keyedFields.Load(t); ok {
		return known.([]keyedField)
	}
	var fields []keyedField
	for _, f := range reflect.VisibleFields(t) {
		if key, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); key != "" {
			fields = append(fields, keyedField{key, f.Index})
		}
	}
	keyedFields.Store(t, fields)
	return fields
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// printable makes a key fit for a path in a message.
func printable(key string) string {
	if q := quote(key); q != `"`+key+`"` || key == "" || strings.ContainsAny(key, ".[]: ") {
		return q
	}
	return key
}

// found names what stands in the file.
func found(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group of keys"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		return quote(n.Value)
	}
	return "an alias"
}

func kindOf(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a duration"
	case t == sizeType:
		return "a size"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Float64:
		return "a number"
	}
	return "text"
}

func example(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a duration, such as 15m"
	case t == sizeType:
		return "a size, such as 8MiB"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return "a list of entries, each with " + firstKeys(t.Elem())
	case t.Kind() == reflect.Slice:
		return "a list, such as [one, two]"
	case t.Kind() == reflect.Struct:
		return "keys such as " + firstKeys(t)
	case t.Kind() == reflect.String:
		return "a text"
	}
	return kindOf(t)
}

func firstKeys(t reflect.Type) string {
	keys := keysOf(reflect.New(t).Elem())
	return either(keys[:min(2, len(keys))])
}
