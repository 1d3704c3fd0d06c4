# gip: the targets that a developer types. ONLY=pattern picks scripts by name.
SHELL := /bin/bash
ONLY ?=

.PHONY: build compare golden vmtest vmcompare vmgolden
build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/gip ./cmd/gip

# the reference tools and gip side by side, command by command
compare:
	@go run ./compat_test/cmd/compare -only '$(ONLY)'

# record the goldens again, from the reference tools only
golden:
	go test -count=1 ./compat_test -run TestGolden -update -only '$(ONLY)'

# the same for the scripts that need the test VM; VM_KERNEL is 7.3, 6.12 or 6.1
VM_KERNEL ?= 7.3
vmtest:
	compat_test/vm/setup $(VM_KERNEL)
	go test -count=1 -timeout 20m ./compat_test -run TestGoldenVM -vm -kernel $(VM_KERNEL) -only '$(ONLY)'
vmcompare:
	compat_test/vm/setup $(VM_KERNEL)
	@go run ./compat_test/cmd/compare -vm -kernel $(VM_KERNEL) -only '$(ONLY)'
vmgolden:
	compat_test/vm/setup $(VM_KERNEL)
	go test -count=1 -timeout 20m ./compat_test -run TestGoldenVM -vm -update -only '$(ONLY)'

# how fast gip is against the reference; SCALE multiplies the sizes, or is "full"
SCALE ?= 1
.PHONY: bench
bench:
	@go run ./compat_test/bench -scale '$(SCALE)' -only '$(ONLY)'
