package story

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// background.bin holds in how many of a few thousand news items each term stood: facts
// about words, no text. See train.
//
//go:embed background.bin
var backgroundBytes []byte

var background = mustTable(backgroundBytes)

// table holds what terms weigh by how many documents they stand in: parallel, sorted by id.
type table struct {
	docs    int
	ids     []uint32
	weights []uint8
}

var errTable = errors.New("background.bin is damaged: run the train command again")

func mustTable(b []byte) *table {
	t, err := readTable(b)
	if err != nil {
		panic(err) // embedded and ours
	}
	return t
}

func readTable(b []byte) (*table, error) {
	if len(b) == 0 {
		return &table{docs: 1}, nil
	}
	if len(b) < 4 || (len(b)-4)%6 != 0 {
		return nil, errTable
	}
	t := &table{docs: int(binary.LittleEndian.Uint32(b))}
	n := (len(b) - 4) / 6
	t.ids, t.weights = make([]uint32, n), make([]uint8, n)
	for i := range n {
		t.ids[i] = binary.LittleEndian.Uint32(b[4+4*i:])
		t.weights[i] = t.seen(int(binary.LittleEndian.Uint16(b[4+4*n+2*i:])))
		if i > 0 && t.ids[i] <= t.ids[i-1] {
			return nil, errTable
		}
	}
	return t, nil
}

// weight is the term's inverse document frequency in sixteenths, at most 127. A word the
// table does not know weighs as one seen once, for a rarer one is no better known.
func (t *table) weight(id uint32) uint8 {
	if i, ok := slices.BinarySearch(t.ids, id); ok {
		return t.weights[i]
	}
	return t.seen(0)
}

// seen is the weight of a term that n documents have.
func (t *table) seen(n int) uint8 {
	idf := math.Log(float64(t.docs+1) / (float64(n) + 1.5))
	return uint8(min(max(math.Round(16*idf), 1), 127))
}

// Background counts in how many documents each term stands and encodes the table Sketch
// weighs terms by. Terms seen less than least times are left out: they weigh as unknown.
func Background(docs []Document, least int) []byte {
	count := map[uint32]int{}
	for _, d := range docs {
		s := sketchOf(d.Title, d.Lede, "", d.Lang)
		for _, t := range s.terms {
			count[t.id]++
		}
	}
	var ids []uint32
	for id, n := range count {
		if n >= least && classOf(id) != className {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(docs)))
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint16(b, uint16(min(count[id], 65535)))
	}
	return b
}
