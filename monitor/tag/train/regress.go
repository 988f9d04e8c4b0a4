package main

import "math"

type example struct {
	features map[string]float64
	yes      bool
	weight   float64
}

// fitted is a logistic model.
type fitted struct {
	names   []string
	weights []float64
	bias    float64
}

func (m fitted) probability(features map[string]float64) float64 {
	sum := m.bias
	for i, n := range m.names {
		if v, ok := features[n]; ok {
			sum += m.weights[i] * v
		}
	}
	return 1 / (1 + math.Exp(-sum))
}

// rounds of descent: more change no third decimal on some thousand items.
const rounds = 400

// regress fits a logistic regression with elastic-net penalties by accelerated
// proximal gradient descent (Beck and Teboulle 2009), always in the same order.
func regress(examples []example, names []string, l1, l2 float64) fitted {
	index := map[string]int{}
	for i, n := range names {
		index[n] = i
	}
	type cell struct {
		at int
		v  float64
	}
	cells := make([][]cell, len(examples))
	lip := 0.0
	for i, e := range examples {
		norm := 1.0
		for j, n := range names {
			if v, ok := e.features[n]; ok {
				cells[i] = append(cells[i], cell{j, v})
				norm += v * v
			}
		}
		lip += e.weight * norm / 4
	}
	// The trace bounds the curvature from far above; a fifteenth of it holds for
	// features this sparse, and the guard below halves the step should it not.
	step := 15 / (lip + l2)
	n := len(names)
	w, prev, look := make([]float64, n), make([]float64, n), make([]float64, n)
	var b, bPrev, bLook float64
	loss := func(w []float64, b float64) float64 {
		sum := 0.0
		for i, e := range examples {
			z := b
			for _, c := range cells[i] {
				z += w[c.at] * c.v
			}
			if e.yes {
				z = -z
			}
			if z > 30 {
				sum += e.weight * z
			} else {
				sum += e.weight * math.Log1p(math.Exp(z))
			}
		}
		for _, x := range w {
			sum += l1*math.Abs(x) + l2*x*x/2
		}
		return sum
	}
	grad := make([]float64, n)
	last := math.Inf(1)
	momentum := 1.0
	for round := range rounds {
		clear(grad)
		gb := 0.0
		for i, e := range examples {
			z := bLook
			for _, c := range cells[i] {
				z += look[c.at] * c.v
			}
			d := 1 / (1 + math.Exp(-z))
			if e.yes {
				d--
			}
			d *= e.weight
			gb += d
			for _, c := range cells[i] {
				grad[c.at] += d * c.v
			}
		}
		copy(prev, w)
		bPrev = b
		for j := range w {
			x := look[j] - step*(grad[j]+l2*look[j])
			switch cut := step * l1; {
			case x > cut:
				w[j] = x - cut
			case x < -cut:
				w[j] = x + cut
			default:
				w[j] = 0
			}
		}
		b = bLook - step*gb
		next := (1 + math.Sqrt(1+4*momentum*momentum)) / 2
		k := (momentum - 1) / next
		momentum = next
		if round%10 == 9 {
			if now := loss(w, b); now > last {
				step /= 2
				momentum, k = 1, 0
			} else {
				last = now
			}
		}
		for j := range w {
			look[j] = w[j] + k*(w[j]-prev[j])
		}
		bLook = b + k*(b-bPrev)
	}
	return fitted{names, w, b}
}
