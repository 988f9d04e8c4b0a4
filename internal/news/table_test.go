package news

import "testing"

// What a spreadsheet would take for a formula stays text, whatever stands before it.
func TestCellsOfATableAreNeverFormulas(t *testing.T) {
	for cell, want := range map[string]string{
		"":                         "",
		"Talks in Geneva":          "Talks in Geneva",
		"-5.5":                     "-5.5",
		"+7":                       "+7",
		"2025-03-01T10:00:00Z":     "2025-03-01T10:00:00Z",
		"=HYPERLINK(\"x\")":        "'=HYPERLINK(\"x\")",
		"-2+3+cmd|' /C calc'!A0":   "'-2+3+cmd|' /C calc'!A0",
		"+SUM(A1)":                 "'+SUM(A1)",
		"@SUM(A1)":                 "'@SUM(A1)",
		"\t=1+1":                   "'\t=1+1",
		"\r=1+1":                   "'\r=1+1",
		"\n=1+1":                   "'\n=1+1",
		"  =1+1":                   "'  =1+1",
		"\u00a0=1+1":               "'\u00a0=1+1",
		"\uFEFF=1+1":               "'\uFEFF=1+1",
		"＝1+1":                     "'＝1+1",
		"－1+A1":                    "'－1+A1",
		"– said the envoy":         "– said the envoy",
		"a | =1+1":                 "a | =1+1",
		"-Inf":                     "'-Inf",
		"- a list":                 "'- a list",
		"'=1 was already a quote'": "'=1 was already a quote'",
	} {
		if got := Inert(cell); got != want {
			t.Errorf("%q became %q, want %q", cell, got, want)
		}
	}
}
