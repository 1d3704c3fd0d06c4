// Empty does nothing: its start is the least that a static Go program costs.
package main

func main() {}
