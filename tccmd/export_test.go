package tccmd

// What prints a message, for tests.
var (
	PrintQdisc  = printQdisc
	PrintClass  = printClass
	PrintFilter = printFilter
	PrintAction = printActions
)
