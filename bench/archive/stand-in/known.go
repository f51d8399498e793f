package main

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

// Tars have every member at a multiple of it.
const block = 512

type place struct {
	body []byte
	at   int
}

// Where the blocks of our own objects are, by how they begin.
var known = map[[16]byte]place{}

func rememberBlocks(bodies []*object) {
	for _, o := range bodies {
		body := o.pieces[0]
		for at := 0; at+block <= len(body); at += block {
			begin := [16]byte(body[at : at+16])
			if _, taken := known[begin]; !taken {
				known[begin] = place{body, at}
			}
		}
	}
}

var scratch = sync.Pool{New: func() any { b := make([]byte, 8<<20); return &b }}

// A part as pieces: those that our own objects have are views of them.
func received(r *http.Request) ([][]byte, int64) {
	if r.ContentLength < 0 || r.Header.Get("X-Amz-Decoded-Content-Length") != "" {
		whole := body(r)
		return piecesOf(whole), int64(len(whole))
	}
	buffer := scratch.Get().(*[]byte)
	defer scratch.Put(buffer)
	if int64(cap(*buffer)) < r.ContentLength {
		*buffer = make([]byte, r.ContentLength)
	}
	whole := (*buffer)[:r.ContentLength]
	if _, err := io.ReadFull(r.Body, whole); err != nil {
		return nil, 0
	}
	return piecesOf(whole), r.ContentLength
}

func piecesOf(whole []byte) [][]byte {
	var pieces [][]byte
	from := 0
	for at := 0; at+block <= len(whole); {
		found, ok := known[[16]byte(whole[at:at+16])]
		same := 0
		if ok {
			same = common(whole[at:], found.body[found.at:])
		}
		if same < block {
			at += block
			continue
		}
		if from < at {
			pieces = append(pieces, bytes.Clone(whole[from:at]))
		}
		pieces = append(pieces, found.body[found.at:found.at+same])
		from = at + same
		at += (same + block - 1) / block * block
	}
	if from < len(whole) {
		pieces = append(pieces, bytes.Clone(whole[from:]))
	}
	return pieces
}

// How many bytes both begin with.
func common(a, b []byte) int {
	most := min(len(a), len(b))
	at := 0
	for step := 64 << 10; step > 0; step >>= 4 {
		for at+step <= most && bytes.Equal(a[at:at+step], b[at:at+step]) {
			at += step
		}
	}
	return at
}
