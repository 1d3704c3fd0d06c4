package wire

// Tail is what C adds to a struct with numbers of 64 bits that ends in the middle
// of eight bytes: nothing on 386, where such numbers begin at multiples of four.
const Tail = 0
