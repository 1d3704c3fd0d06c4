# gip: the targets that a developer types. ONLY=pattern picks scripts by name.
SHELL := /bin/bash
ONLY ?=
# of another architecture, not each kernel is to be had
VM_KERNEL ?= $(if $(filter s390x,$(ARCH)),6.12,7.3)
GOLDEN = go test -count=1 -timeout 20m ./compat_test -only '$(ONLY)'

.DEFAULT_GOAL := build
.PHONY: help
help: ## this list; ONLY=pattern picks scripts, IN=-vm the test VM
	@sed -n 's/^\([a-z]*\):.* ## /\1\t/p' Makefile | sort | expand -t 12

.PHONY: build lint test reference compare golden vmtest vmcompare vmgolden coverage selftest

# Inlining is for what prints and parses records; elsewhere it would only make
# the binary larger than it has to be, as would functions that begin at
# multiples of 32 bytes: measured, those at 2 are as fast where instructions may
# stand anywhere.
ALIGN = $(if $(filter 386 amd64,$(shell go env GOARCH)),2,8)
GCFLAGS = -gcflags=gip/...=-l \
	$(foreach p,gip/cmd/gip gip/internal/show gip/internal/rtnl gip/internal/cli gip/internal/command gip/internal/names gip/internal/field gip/internal/word gip/routecmd,-gcflags=$(p)=)

# The program begins before the Go runtime: package internal/entry says why.
# ENTRY= builds one that begins as other Go programs do, heeds GODEBUG, and prints
# where all goroutines are when it panics.
ENTRY = $(if $(filter 386 amd64 arm64,$(shell go env GOARCH)),-E gip/internal/entry.entry -checklinkname=0)

# The heap begins where internal/entry expects it, and a start takes less time. A compiler
# that does not know the word is not told.
HEAP = $(if $(and $(ENTRY),$(filter amd64 arm64,$(shell go env GOARCH))),$(shell \
	GOEXPERIMENT=norandomizedheapbase64 go version >/dev/null 2>&1 && echo GOEXPERIMENT=norandomizedheapbase64))

# one static binary, its version from the repository. It is copied: what the
# linker writes, through a mapping, starts 15 % more slowly until the page cache
# lets go of it.
OUT ?= bin/gip
VERSION = $(shell cat VERSION)
COMMIT = $(shell git rev-parse --short=12 HEAD 2>/dev/null)
MAIN = ./cmd/gip
build: ## one static binary: bin/gip
	$(HEAP) CGO_ENABLED=0 go build -trimpath $(if $(ENTRY),-tags=entry) -ldflags='-s -w -funcalign=$(ALIGN) -X gip/cmd/gip/list.release=$(VERSION) -X gip/cmd/gip/list.commit=$(COMMIT) $(ENTRY)' $(GCFLAGS) -o $(OUT).linked $(MAIN)
	@cp $(OUT).linked $(OUT).copied && mv -f $(OUT).copied $(OUT) && rm -f $(OUT).linked

# the page that follows a network, which is a program of its own: its HTTP server would
# cost every start of gip time
WEB ?= bin/gip-web
.PHONY: web
web: ## the page that follows a network: bin/gip-web
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o $(WEB) ./cmd/gip-web

# gip topo's and gip-web's pages in chromium, which is installed as a Debian package;
# SHOTS=DIR keeps screenshots. The tests are a module of their own: what drives the
# browser is no business of gip's go.mod.
.PHONY: browser
browser: ## gip topo's and gip-web's pages in chromium
	@compat_test/browser/setup || echo 'make: going on without chromium'
	cd compat_test/browser && go vet ./... && go test -count=1 -v ./... $(if $(SHOTS),-shots $(abspath $(SHOTS)))

lint: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'gofmt would change:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go vet -tags=entry ./internal/entry
	go tool -modfile=tools/go.mod staticcheck ./...

# linters, unit tests, recorded answers here and in the test VM; what cannot be
# had is skipped, with its reason
test: ## linters, unit tests, recorded answers here and in the test VM
	@compat_test/reference/setup || echo 'make: going on without the reference tools'
	@compat_test/reference/ifstat || echo 'make: going on without the reference ifstat'
	@compat_test/suites/setup || echo 'make: going on without the test suites of iputils and procps'
	@compat_test/vm/setup $(VM_KERNEL) || echo 'make: going on without the test VM'
	@compat_test/browser/setup || echo 'make: going on without chromium'
	@$(MAKE) lint; lint=$$?; \
	go run ./compat_test/cmd/tally \
	  'go test -json -count=1 -timeout 45m -skip VM$$ ./...' \
	  'go test -json -count=1 -timeout 45m -run VM$$ ./compat_test -vm -kernel $(VM_KERNEL)' \
	  'go test -json -count=1 -timeout 10m -run VM$$ ./topo -vm' \
	  'go -C contrib/clab2lab test -json -count=1 -timeout 10m ./...' \
	  'go -C compat_test/browser test -json -count=1 -timeout 5m ./...' && exit $$lint

# the reference tools, in a cache outside the tree
reference: ## get the reference tools into a cache
	compat_test/reference/setup

# the same with the test suites of iputils and procps in it
.PHONY: suites
suites: reference ## get the test suites of iputils and procps, too
	compat_test/suites/setup

# the router tutorial, played with gip in namespaces that end with it
demo: build ## play the router tutorial with gip
	@go run ./demo bin/gip compat_test/testdata/tutorial_router.txtar

# quietly; other versions than the goldens' (status 4) are worth comparing too
.PHONY: ref
ref:
	@compat_test/reference/setup $(if $(ARCH),-a $(ARCH)) || [ $$? = 4 ]
	@compat_test/reference/ifstat || echo 'make: going on without the reference ifstat'

# the reference tools and gip side by side, command by command; with ARCH=386 those
# of that architecture, which an amd64 kernel runs as well
ARCH ?=
# RECORD=1 writes the counts to docs/ports.md
RECORD ?=
# PART=2/5 is the second of five runs, which take together what one would; their counts
# are added in the file
PART ?=
# AGAIN=1 plays the scripts again that the file names as differing there, and corrects it
AGAIN ?=
RECORDED = $(if $(RECORD)$(AGAIN),-record docs/ports.md) $(if $(PART),-part $(PART)) $(if $(AGAIN),-again)
compare: ref ## the reference and gip side by side, command by command
	@$(if $(ARCH),GOARCH=$(ARCH)) go run ./compat_test/cmd/compare -only '$(ONLY)' $(RECORDED)

# the same for all scripts, here and in the test VM, and the table of it
coverage: ref vm ## the same for all scripts, and docs/coverage.md of it
	@go run ./compat_test/cmd/compare -both -kernel $(VM_KERNEL) -limit 0 -coverage docs/coverage.md

# the generated scripts with every value that there is, live, here or (IN=-vm) in
# the test VM; the committed ones have the values at the ends
IN ?=
.PHONY: thorough
thorough: ref ## the generated scripts with every value that there is
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && go run ./compat_test/cmd/generate -thorough -o "$$dir" && \
	go run ./compat_test/cmd/compare $(IN) -kernel $(VM_KERNEL) -scripts "$$dir" -only '$(ONLY)'

# gip apply: batches made of the scripts, cut at each position, killed at each system
# call; all of it takes hours, ONLY="route_ link_kind_" is a piece. RECORD=1 writes
# docs/apply-measured.md
.PHONY: apply
apply: ref $(if $(IN),vm) ## what gip apply undoes; IN=-vm in the test VM
	$(GOLDEN) -v -timeout 5h -thorough $(IN) -kernel $(VM_KERNEL) -run 'TestApply$(if $(IN),VM)$$$(if $(ONLY)$(IN),,|TestApplyKilled)' \
		$(if $(RECORD),-record ../docs/apply-measured.md)

# the kernel's numbers that the code takes from internal/uapi, of Debian's headers
.PHONY: uapi
uapi: ## the kernel's numbers and names anew, from its headers
	@internal/uapi/generate

# all ports of Go to Linux: builds, vet, and unit tests of six by qemu-user; the
# results go to docs/ports.md. QUICK=N is what CI has time for at the Nth time, and
# writes nothing.
# Without it, a few scripts are compared in machines of two other architectures;
# all of them, by make vmcompare ARCH=s390x RECORD=1, take an hour.
QUICK ?=
PORTS_ONLY = link_ping_gre link_kind_gre macsec_show nexthop_vm route_encap_ip stats_vm
.PHONY: ports
ports: ## builds, vet and unit tests of all architectures
	@command -v qemu-s390x qemu-s390x-static >/dev/null || \
	bash -euc '. compat_test/debian.sh; host_tools qemu-user' || echo 'make: going on without qemu-user'
	@go run ./compat_test/cmd/ports $(if $(QUICK),-quick $(QUICK),-record docs/ports.md)
	@$(if $(QUICK),,for arch in s390x arm64; do \
		$(MAKE) vm ARCH=$$arch || { echo "make: going on without a machine of $$arch"; continue; }; \
		$(MAKE) vmcompare ARCH=$$arch ONLY='$(PORTS_ONLY)' || exit; done)

# record the goldens again, from the reference tools only
golden: ## record the goldens anew, from the reference only
	$(GOLDEN) -run 'TestGolden$$' -update

# the same three for the scripts that need the test VM, with kernel 7.3, 6.12, 6.1 or
# 5.10; vmcompare with ARCH=s390x, arm64 or 386 in a machine of that architecture, and
# with ALL=1 the scripts that need no test VM, too; with ALL=host only those
ALL ?=
vmtest: vm ## the recorded answers of the scripts that need the test VM
	$(GOLDEN) -run TestGoldenVM -vm -kernel $(VM_KERNEL)
vmcompare: vm ## compare, in the test VM
	@go run ./compat_test/cmd/compare -vm $(if $(ALL),-$(if $(filter host,$(ALL)),host,all)) $(if $(ARCH),-arch $(ARCH)) -kernel $(VM_KERNEL) -only '$(ONLY)' $(RECORDED)
vmgolden: vm ## golden, in the test VM
	$(GOLDEN) -run TestGoldenVM -vm -update

# the networks of package topo that need the test VM; UPDATE=-update records them
.PHONY: topovm
topovm: vm ## the networks of package topo that need the test VM
	go test -count=1 ./topo -run TestGoldenVM -vm $(UPDATE)

# labs in the test VM, as root and as nobody; and each system call of up and down failing,
# holders killed, which takes half an hour. RECORD=1 writes the counts to docs/lab.md
LABS = go test -count=1 -v ./labcmd $(if $(RECORD),-record ../docs/lab.md)
.PHONY: labvm labfaults
labvm: vm ## gip lab in the test VM
	$(LABS) -timeout 1h -run 'TestLabsVM$$' -vm -kernel $(VM_KERNEL)
labfaults: ## gip lab whose system calls fail, and whose processes are killed
	$(LABS) -timeout 3h -run 'TestFaults|TestKilled' -thorough

# mermaid's own parser, from npm, and what it says of odd names
MERMAID = $(or $(GIP_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/gip)/mermaid
.PHONY: mermaid
mermaid: ## flowcharts of odd names in mermaid's own parser
	@mkdir -p $(MERMAID) && cd $(MERMAID) && npm install --no-audit --no-fund --silent mermaid jsdom
	go test -count=1 -v ./topo -run TestMermaid -thorough

# the least limits with which commands work, of a quiet machine
.PHONY: limits
limits: ref ## the table of docs/limits.md
	$(GOLDEN) -run TestLimitsTable -thorough -record ../docs/limits.md

# the kernel's selftests with the real tools and with gip; ONLY="altnames.sh …" for some,
# WHERE=here for those that this machine's kernel can do, MISSING=1 for those that the page
# lacks, BUDGET=300 to begin none after so many seconds: the page takes the results as they come
.PHONY: selftests
selftests: build reference $(if $(filter here,$(WHERE)),,vm) ## the kernel's selftests, with the real tools and with gip
	compat_test/selftests/setup
	compat_test/selftests/run -o docs/selftests.md $(if $(WHERE),-w $(WHERE)) $(if $(MISSING),-m) $(ONLY)

# record gip's own processes again, for TestReplay: where they are to do or print
# something else, or scripts are new; IN=-vm those of the test VM
.PHONY: tapes replay
tapes: $(if $(IN),vm) ## record what gip's processes send and print
	$(GOLDEN) -v -run 'TestTapes$$' -tapes $(IN) -kernel $(VM_KERNEL)

# play what is recorded, without a kernel, in seconds
replay: ## play that without a kernel, in seconds
	go test -count=1 ./cmd/gip -run 'TestReplay$$'
# dist/: deb, rpm, apk, Arch, tar.gz, an OCI image, a list of components, checksums,
# for PORTS, Go's names of architectures; the first has to be this machine's
PORTS ?= amd64 arm64
.PHONY: packages packagetest release
packages: ## deb, rpm, apk, Arch, tar.gz and OCI image: dist/
	@contrib/package/build $(PORTS)

# the packages in a copy of Debian sid, which takes some minutes
packagetest: ## the packages in a copy of Debian sid
	@contrib/package/test

# all checks, and all of dist/
release: test packages packagetest ## all checks, and all of dist/

# the manual pages again, of their prose, the words of the commands and man/words.txt
.PHONY: man
man: ## the manual pages again, of their prose and the words
	@go run ./man/generate

# another path for the module, as docs/api.md says
.PHONY: rename
rename: ## give the module another path: MODULE=example.org/net/gip
	@contrib/rename '$(MODULE)'

.PHONY: vm
vm: ## get the test VM
	compat_test/vm/setup $(if $(ARCH),-a $(ARCH)) $(VM_KERNEL)

# how fast gip is against the reference; SCALE multiplies the sizes, or is "full";
# BARE=1 adds rows with the kernel's own share; IN=-vm measures in the test VM what
# this machine's kernel cannot do, such as ONLY='vlan (add|del)'
SCALE ?= 1
BARE ?=
.PHONY: speed
speed: ## how fast gip is against the reference, as ratios
	@go run ./compat_test/speed -scale '$(SCALE)' -only '$(ONLY)' $(if $(BARE),-bare) $(if $(IN),$(IN) -kernel $(VM_KERNEL))

# can the bench fail? reference against itself, busybox, one space too many
selftest: ## can the bench fail? the reference against itself, busybox, …
	go test -count=1 ./compat_test/... -run Bench
