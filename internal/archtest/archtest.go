// Package archtest holds the import rules of the program as a test: which package
// may import which, who owns each library, and who may read the clock or open a
// connection. It reads source text; it neither compiles nor runs it.
//
// The rules are in rules.go. Tests of a package are free of them, but for waiting
// in real time.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const module = "trucewatch/"

// Violations reads the source tree and returns, sorted, what breaks a rule, each
// with its file and line.
func Violations(tree fs.FS) ([]string, error) {
	var found []string
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (d.Name() == ".git" || d.Name() == "dist"):
			return fs.SkipDir
		case d.IsDir() || !d.Type().IsRegular():
			return nil
		}
		if isText(name) {
			b, err := fs.ReadFile(tree, name)
			if err != nil {
				return err
			}
			found = append(found, machineWords(name, string(b))...)
			if strings.HasSuffix(name, ".go") && !strings.Contains(name, "testdata/") {
				more, err := inSource(name, b)
				if err != nil {
					return err
				}
				found = append(found, more...)
			}
		}
		return nil
	})
	slices.Sort(found)
	return found, err
}

// Packages returns the packages of ours that the rules speak of.
func Packages() []string {
	var names []string
	for name := range allowed {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// isText tells what a person wrote: source, documentation, configuration.
func isText(name string) bool {
	switch path.Ext(name) {
	case ".go", ".md", ".yaml", ".yml", ".service", ".conf", ".sql", ".txtar", ".mod", ".sh":
		return true
	}
	return name == "Makefile" || strings.HasPrefix(name, ".ci/") && path.Ext(name) != ".sum"
}

func machineWords(name, text string) []string {
	var found []string
	for i, line := range strings.Split(text, "\n") {
		for _, p := range machinePaths {
			// Inside a longer path or an address it is somebody else's.
			if at := strings.Index(line, p); at >= 0 && (at == 0 || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/$}%", rune(line[at-1]))) {
				found = append(found, fmt.Sprintf("%s:%d: names %s, which is a path of one machine", name, i+1, p))
			}
		}
	}
	return found
}

func inSource(name string, src []byte) ([]string, error) {
	var found []string
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	report := func(at token.Pos, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s:%d: ", name, fset.Position(at).Line)+fmt.Sprintf(format, args...))
	}
	test := strings.HasSuffix(name, "_test.go")
	pkg := path.Dir(name)
	may, known := allowed[pkg]
	if !known && !test {
		report(f.Package, "package %s is not in the rules: add it with what it may import", pkg)
	}
	imported := map[string]string{} // name in this file → import path
	for _, im := range f.Imports {
		p, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			return nil, err
		}
		local := path.Base(p)
		if im.Name != nil {
			local = im.Name.Name
		}
		imported[local] = p
		if test {
			continue
		}
		if ours, ok := strings.CutPrefix(p, module); ok {
			if known && !slices.Contains(may, ours) {
				report(im.Pos(), "%s imports %s", pkg, ours)
			}
			continue
		}
		who, owned := ownersOf(p)
		switch {
		case owned && !permits(who, name):
			report(im.Pos(), "imports %s, which belongs to %s", p, orNobody(who))
		case !owned && strings.Contains(strings.Split(p, "/")[0], "."):
			report(im.Pos(), "imports %s, which nobody owns yet: add it to the rules", p)
		case local == ".":
			report(im.Pos(), "imports all names of %s", p)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok {
			return true
		}
		full := imported[x.Name] + "." + sel.Sel.Name
		switch {
		case test && full == "time.Sleep":
			report(n.Pos(), "a test waits in real time: use synctest, or wait for what it waits for")
		case test:
		default:
			if who, is := reserved[full]; is && !permits(who, name) {
				report(n.Pos(), "uses %s, which belongs to %s", full, orNobody(who))
			}
		}
		return true
	})
	return found, nil
}

// ownersOf returns who may import p: the owners of the longest module it lies in.
func ownersOf(p string) (who []string, owned bool) {
	for at := p; at != "."; at = path.Dir(at) {
		if who, owned := owners[at]; owned {
			// The standard library's packages are not modules: log owns no log/slog.
			if at != p && !strings.Contains(strings.Split(at, "/")[0], ".") {
				return nil, false
			}
			return who, true
		}
	}
	return nil, false
}

// permits reports whether a file, or the package it is in, is one of who.
func permits(who []string, file string) bool {
	return slices.ContainsFunc(who, func(w string) bool {
		return w == file || path.Dir(file) == w || w == "cmd" && strings.HasPrefix(file, "cmd/")
	})
}

func orNobody(who []string) string {
	if len(who) == 0 {
		return "nobody"
	}
	return strings.Join(who, " and ")
}
