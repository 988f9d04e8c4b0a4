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

// regress fits a logistic regression whose weights are drawn to the prior's by
// elastic-net penalties, by accelerated proximal gradient descent (Beck and
// Teboulle 2009), always in the same order.
func regress(examples []example, names []string, prior map[string]float64, l1, l2 float64) fitted {
	index := map[string]int{}
	for i, n := range names {
		index[n] = i
	}
	type cell struct {
		at int
		v  float64
	}
	cells := make([][]cell, len(examples))
	given := make([]float64, len(examples)) // what the prior says of each example
	for i, e := range examples {
		for j, n := range names {
			if v, ok := e.features[n]; ok {
				cells[i] = append(cells[i], cell{j, v})
				given[i] += prior[n] * v
			}
		}
	}
	n := len(names)
	w, prev, look := make([]float64, n), make([]float64, n), make([]float64, n)
	var b, bPrev, bLook float64

	// The curvature is at most a quarter of the largest eigenvalue of the
	// weighted cross-product, found by power iteration.
	u, ub := make([]float64, n), 1.0
	for j := range u {
		u[j] = 1
	}
	lip := 1.0
	for range 30 {
		next, nb := make([]float64, n), 0.0
		for i, e := range examples {
			z := ub
			for _, c := range cells[i] {
				z += u[c.at] * c.v
			}
			z *= e.weight
			nb += z
			for _, c := range cells[i] {
				next[c.at] += z * c.v
			}
		}
		norm := nb * nb
		for _, x := range next {
			norm += x * x
		}
		norm = math.Sqrt(norm)
		if norm == 0 {
			break
		}
		lip = norm
		for j := range u {
			u[j] = next[j] / norm
		}
		ub = nb / norm
	}
	step := 1 / (lip/4*1.02 + l2)
	loss := func(w []float64, b float64) float64 {
		sum := 0.0
		for i, e := range examples {
			z := b + given[i]
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
			z := bLook + given[i]
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
			now := loss(w, b)
			if now > last {
				momentum, k = 1, 0 // it overshoots: start the momentum anew
			}
			last = now
		}
		for j := range w {
			look[j] = w[j] + k*(w[j]-prev[j])
		}
		bLook = b + k*(b-bPrev)
	}
	for j, n := range names {
		w[j] += prior[n]
	}
	return fitted{names, w, b}
}
