package cli

import "sort"

// Sort brings s into the order that compare tells; what is equal stays in the
// order that it came in. It is slices.SortStableFunc, but with one body for all
// types: each type of that one costs the binary 5 KB.
func Sort[T any](s []T, compare func(a, b T) int) {
	sort.Stable(ordering{
		len(s),
		func(i, j int) bool { return compare(s[i], s[j]) < 0 },
		func(i, j int) { s[i], s[j] = s[j], s[i] },
	})
}

// ordering makes a sort.Interface of functions.
type ordering struct {
	n    int
	less func(i, j int) bool
	swap func(i, j int)
}

func (o ordering) Len() int           { return o.n }
func (o ordering) Less(i, j int) bool { return o.less(i, j) }
func (o ordering) Swap(i, j int)      { o.swap(i, j) }
