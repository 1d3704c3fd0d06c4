// With this file the compiler takes functions without a body, which the linker finds
// in package runtime.
