# gip: the targets that a developer types. ONLY=pattern picks scripts by name.
SHELL := /bin/bash
ONLY ?=

.PHONY: build compare golden
build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/gip ./cmd/gip

# the reference tools and gip side by side, command by command
compare:
	@go run ./compat_test/cmd/compare -only '$(ONLY)'

# record the goldens again, from the reference tools only
golden:
	go test -count=1 ./compat_test -run TestGolden -update -only '$(ONLY)'
