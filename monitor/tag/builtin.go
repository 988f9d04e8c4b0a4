package tag

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"weak"
)

//go:embed packs/*.yaml packs/examples/*.yaml
var packFiles embed.FS

// builtins are the packs that are in use: name → weak.Pointer[Pack]. What they were
// compiled to is a part of their size, and lives without them.
var builtins sync.Map

// Builtin returns the pack of a topic, or a base pack, that ships with the
// program. The pack is shared: nobody changes it.
func Builtin(name string) (*Pack, error) {
	if known, ok := builtins.Load(name); ok {
		if p := known.(weak.Pointer[Pack]).Value(); p != nil {
			return p, nil
		}
	}
	if !slices.Contains(BuiltinNames(), name) {
		return nil, fmt.Errorf("no built-in pack %q", name)
	}
	file := "packs/" + name + ".yaml"
	data, err := packFiles.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p, err := Load(file, data)
	if err != nil {
		return nil, err
	}
	if len(p.lexicons)+len(p.actors) > 0 {
		if err := p.withExamples(packFiles, name); err != nil {
			return nil, fmt.Errorf("pack %s: its examples: %w", name, err)
		}
	}
	builtins.Store(name, weak.Make(p))
	return p, nil
}

// BuiltinTopic returns the built-in pack of a topic. An error names the topics
// that have one.
func BuiltinTopic(name string) (*Pack, error) {
	var topics []string
	for _, n := range BuiltinNames() {
		p, err := Builtin(n)
		if err != nil {
			return nil, err
		}
		if p.Topic != "" && n == name {
			return p, nil
		}
		if p.Topic != "" {
			topics = append(topics, n)
		}
	}
	return nil, fmt.Errorf("no built-in pack for a topic %q: there are %s", name, strings.Join(topics, ", "))
}

// BuiltinNames lists the built-in packs, bases too, in order.
func BuiltinNames() []string {
	files, err := packFiles.ReadDir("packs")
	if err != nil {
		panic(err) // embedded: cannot fail
	}
	var names []string
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	return names
}
