// Package lz4 packs texts that gip carries with it, in LZ4's block format (LZ4 Block
// Format Description). The libraries that could do it, compress/flate as well, add 45 KB
// to the program and fill their tables whenever it starts.
//
// A block is a row of sequences. Each is
//
//	token     1 byte: how many literals (upper four bits), the length of the match
//	          minus 4 (lower four); 15 says that more follows
//	more      bytes to add to the number of literals, up to the first that is not 255
//	literals  bytes that stand for themselves
//	offset    2 bytes, little endian: how far back the match is, 1 to 65,535
//	more      bytes to add to the length of the match
//
// and the last one ends behind its literals.
package lz4

import "encoding/binary"

const (
	minMatch  = 4     // what a token can say at least
	lastBytes = 5     // of a block, which are literals always
	lastMatch = 12    // bytes before its end, no match begins any more
	window    = 65535 // the farthest offset
	more      = 15    // in a token: the number goes on
)

// Unpack returns what a block stands for; ok is false where it is none, or stands for
// more than size bytes.
func Unpack(block []byte, size int) (text []byte, ok bool) {
	text = make([]byte, 0, size)
	for len(block) > 0 {
		token := int(block[0])
		literals, rest := length(token>>4, block[1:])
		if literals > len(rest) || len(text)+literals > size {
			return nil, false
		}
		text, block = append(text, rest[:literals]...), rest[literals:]
		if len(block) == 0 {
			return text, true
		}
		if len(block) < 2 {
			return nil, false
		}
		back := int(binary.LittleEndian.Uint16(block))
		match, rest := length(token&0xf, block[2:])
		if match += minMatch; back == 0 || back > len(text) || len(text)+match > size {
			return nil, false
		}
		block = rest
		for ; match > 0; match-- { // one by one: it may reach into what it writes
			text = append(text, text[len(text)-back])
		}
	}
	return nil, false
}

// length is a number that begins in a token, and what stands behind it. One that is
// cut off is a short one: what follows it is missing too.
func length(n int, block []byte) (int, []byte) {
	if n < more {
		return n, block
	}
	for len(block) > 0 {
		b := block[0]
		n, block = n+int(b), block[1:]
		if b != 255 {
			break
		}
	}
	return n, block
}

// enough is how long a match may be before it is taken without a look at what begins in it.
const enough = 1000

// Pack makes the block of a text. It takes its time, to find the shortest: which matches to
// take, and how much of them, is decided from the end on, where the rest is known.
func Pack(text []byte) (block []byte) {
	where, most := matches(text)
	cost := make([]int, len(text)+1) // of all from a place on, in bytes
	run := make([]int, len(text)+1)  // how many literals stand there
	match := make([]int, len(text))  // or how long the match is
	cost[len(text)] = 1              // the last token
	for at := len(text) - 1; at >= 0; at-- {
		run[at] = run[at+1] + 1
		cost[at] = cost[at+1] + 1 + restLen(run[at]) - restLen(run[at+1])
		for n := minMatch; n <= most[at]; n++ {
			if c := cost[at+n] + 3 + restLen(n-minMatch); c <= cost[at] {
				cost[at], match[at], run[at] = c, n, 0
			}
		}
	}
	done := 0
	for at := 0; at < len(text); {
		n := match[at]
		if n == 0 {
			at++
			continue
		}
		block = sequence(block, text[done:at], at-where[at], n)
		at += n
		done = at
	}
	return sequence(block, text[done:], 0, 0)
}

// matches finds the longest match of each place.
func matches(text []byte) (where, most []int) {
	where, most = make([]int, len(text)), make([]int, len(text))
	seen := map[string][]int{} // where four bytes stand, in the order of the text
	for at := 0; at < len(text)-lastMatch; {
		where[at], most[at] = longest(text, at, seen)
		end := at + 1
		if most[at] > enough {
			end = at + most[at]
		}
		for ; at < end; at++ {
			if key := text[at:]; len(key) >= minMatch {
				seen[string(key[:minMatch])] = append(seen[string(key[:minMatch])], at)
			}
		}
	}
	return where, most
}

// longest finds the longest match for what stands at a place, the nearest of them.
func longest(text []byte, at int, seen map[string][]int) (where, n int) {
	places := seen[string(text[at:at+minMatch])]
	end := len(text) - lastBytes
	for i := len(places) - 1; i >= 0 && at-places[i] <= window && at+n < end; i-- {
		if text[places[i]+n] != text[at+n] {
			continue
		}
		m := 0
		for ; at+m < end && text[places[i]+m] == text[at+m]; m++ {
		}
		if m > n {
			where, n = places[i], m
		}
	}
	return where, n
}

// sequence appends literals and a match; none where back is 0.
func sequence(block, literals []byte, back, match int) []byte {
	token := min(len(literals), more) << 4
	if back > 0 {
		token |= min(match-minMatch, more)
	}
	block = append(block, byte(token))
	block = append(rest(block, len(literals)), literals...)
	if back == 0 {
		return block
	}
	return rest(binary.LittleEndian.AppendUint16(block, uint16(back)), match-minMatch)
}

// rest appends what a token could not say of a number.
func rest(block []byte, n int) []byte {
	if n -= more; n < 0 {
		return block
	}
	for ; n >= 255; n -= 255 {
		block = append(block, 255)
	}
	return append(block, byte(n))
}

// restLen is how many bytes rest appends.
func restLen(n int) int {
	if n < more {
		return 0
	}
	return (n-more)/255 + 1
}
