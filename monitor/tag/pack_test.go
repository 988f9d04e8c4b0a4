package tag

import "testing"

func TestBuiltinPacksCompile(t *testing.T) {
	for _, n := range BuiltinNames() {
		if _, err := Builtin(n); err != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
	p, err := Builtin("russia-ukraine")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compile(p); err != nil {
		t.Fatal(err)
	}
}
