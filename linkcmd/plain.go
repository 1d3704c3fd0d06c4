package linkcmd

// plain is a kind without words and values: all that it has is a help text.
var plain = kind{noOpts: true}
