package story

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// weights.json is what the train command learnt, by feature and scope.
//
//go:embed weights.json
var weightsJSON []byte

// Model scores pairs. A score above zero speaks for one development.
type Model struct {
	w [scopes]vector
}

var trained = mustModel(weightsJSON)

func mustModel(b []byte) *Model {
	m, err := readModel(b)
	if err != nil {
		panic(err) // embedded and ours
	}
	return m
}

func readModel(b []byte) (*Model, error) {
	var in map[string]map[string]float64
	if err := json.Unmarshal(b, &in); err != nil {
		return nil, fmt.Errorf("weights.json: %w", err)
	}
	m := &Model{}
	for s, name := range scopeNames {
		for f, feature := range featureNames {
			// A feature it does not know yet weighs nothing, so that train can start; a test
			// keeps such a file from shipping.
			m.w[s][f] = in[name][feature]
		}
	}
	return m, nil
}

// Encode writes the weights the way weights.json holds them.
func (m *Model) Encode() ([]byte, error) {
	out := map[string]map[string]float64{}
	for s, name := range scopeNames {
		out[name] = map[string]float64{}
		for f, feature := range featureNames {
			out[name][feature] = float64(int(m.w[s][f]*1000+0.5*sign(m.w[s][f]))) / 1000
		}
	}
	return json.MarshalIndent(out, "", " ")
}

func sign(x float64) float64 {
	if x < 0 {
		return -1
	}
	return 1
}

// score is the log-odds that two items belong to one development, limited so that no
// single pair outweighs the rest of a development.
func (m *Model) score(s scope, f *vector) float64 { return limited(m.logOdds(s, f)) }

func (m *Model) logOdds(s scope, f *vector) float64 {
	w := &m.w[s]
	z := 0.0
	for i := range f {
		z += f[i] * w[i]
	}
	return z
}

func limited(z float64) float64 { return min(max(z, scoreFloor), scoreCeil) }

const (
	scoreFloor = -4.0
	scoreCeil  = 6.0
)
