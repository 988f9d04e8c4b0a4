package store

// aging is a map that forgets. It has two generations: when the young one is full it
// becomes the old one, whose place is free again, and what is asked for becomes young.
type aging[K comparable, V any] struct {
	young, old map[K]V
	size       int // of the young ones, in bytes as sizeOf estimates them
	most       int // of both
	sizeOf     func(K, V) int
}

func newAging[K comparable, V any](most int, sizeOf func(K, V) int) aging[K, V] {
	return aging[K, V]{young: map[K]V{}, most: most, sizeOf: sizeOf}
}

// get returns what is remembered of a key, and whether anything is.
func (a *aging[K, V]) get(k K) (V, bool) {
	if v, ok := a.young[k]; ok {
		return v, true
	}
	v, ok := a.old[k]
	if ok {
		delete(a.old, k)
		a.put(k, v)
	}
	return v, ok
}

func (a *aging[K, V]) put(k K, v V) {
	a.young[k] = v
	a.grew(a.sizeOf(k, v))
}

// grew makes room for what a young one has grown by.
func (a *aging[K, V]) grew(by int) {
	if a.size += by; a.size > a.most/2 {
		a.old, a.young, a.size = a.young, map[K]V{}, 0
	}
}

func (a *aging[K, V]) forget(k K) {
	delete(a.young, k)
	delete(a.old, k)
}
