package archtest

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	namedTest    = regexp.MustCompile(`\b(?:Test|Benchmark|Fuzz)[A-Z]\w*`)
	declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)[A-Z]\w*)\(`)
)

// A test that a document names, whole or by how it begins, as -run takes it, exists.
func TestEveryTestThatADocumentNamesExists(t *testing.T) {
	tree := os.DirFS("../..")
	var declared []string
	named := map[string]string{} // test → a document that names it
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		test, document := strings.HasSuffix(name, "_test.go"), strings.HasSuffix(name, ".md")
		if !test && !document {
			return nil
		}
		b, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if test {
			for _, m := range declaredTest.FindAllStringSubmatch(string(b), -1) {
				declared = append(declared, m[1])
			}
			return nil
		}
		for _, n := range namedTest.FindAllString(string(b), -1) {
			named[n] = name
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(named) < 20 || len(declared) < 100 {
		t.Fatalf("%d tests are named, %d declared: they are not found any more", len(named), len(declared))
	}
	all := "\n" + strings.Join(declared, "\n")
	for n, document := range named {
		if !strings.Contains(all, "\n"+n) {
			t.Errorf("%s names %s, which does not exist", document, n)
		}
	}
}
