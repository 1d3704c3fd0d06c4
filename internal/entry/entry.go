// Package entry is where the process of gip begins: before the Go runtime, which
// takes a C program's place in the process without leaving it as a C program
// would find it. The runtime handles nearly all signals and forgets which were
// ignored, is ruled by variables of the environment, opens what was closed on
// purpose, and tells of its end on a thousand lines. Scripts, supervisors and the
// commands that "netns exec" starts notice all of that.
//
// The linker is told to let the program begin at the function entry (see the
// Makefile), which arranges what the runtime will find and then starts it:
//
//   - No signal is the runtime's. Each does to gip what it does to a C program,
//     and what the caller ignored or blocked stays so, in all threads and in all
//     programs that gip starts, since nothing ever changes it. A command that
//     wants a signal says Catch.
//   - The runtime sees an environment without the variables that are meant for
//     Go programs. Commands inherit all of it (see Environ).
//   - The runtime may open no file while it starts: it would read the mounts and
//     the control group of the process, to learn how many processors it may use,
//     and keep two descriptors. It uses one, until there is work for two.
//   - It takes memory and addresses as if they were for nothing: where they are
//     not, it gets less of them.
//   - What only a process of one thread may do, is done (see First).
//   - Where the runtime fails or gip panics, one line says so.
//
// A program that begins as usual, such as a test, is built without the tag
// "entry" and lacks all of this: Began is false.
//
// The package imports nothing, so that it is initialised before package syscall,
// which looks at the limit of open files.
package entry
