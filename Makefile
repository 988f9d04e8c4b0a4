# make help lists the targets. .ci/run is what has to hold before a change lands.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 20s

.PHONY: help build test race lint fuzz bench config schema units boot dist deb ci clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

build: ## the program, ./trucewatch, stamped with its version
	go build -trimpath -ldflags '-s -w -X main.stamped=$(VERSION)' -o trucewatch ./cmd/trucewatch

test: ## all tests
	go test ./...

race: ## all tests under the race detector
	go test -race -timeout 15m ./...

lint: ## formatting, vet, staticcheck, tidy requirements
	@bad=$$(gofmt -l .); [ -z "$$bad" ] || { echo "gofmt -w $$bad"; exit 1; }
	go vet ./...
	go build -modfile=.ci/tools.mod -o dist/staticcheck honnef.co/go/tools/cmd/staticcheck
	dist/staticcheck ./...
	go mod tidy -diff

fuzz: ## every fuzz target for FUZZTIME (20s)
	.ci/fuzz $(FUZZTIME)

bench: ## benchmarks, into bench.out
	go test -run '^$$' -bench . -benchmem ./... | tee bench.out

config: ## the built-in configuration from config.yaml
	cp config.yaml internal/config/default.yaml

schema: ## docs/config.schema.json from the program's types
	go run ./cmd/trucewatch generate schema > docs/config.schema.json

units: ## check the systemd units
	.ci/units

boot: ## run the service under a systemd booted for it; as root, two minutes
	.ci/boot

dist: ## reproducible release archive with its checksum, into dist/
	.ci/dist $(VERSION)

deb: ## the same, and a Debian package
	.ci/dist $(VERSION) deb

ci: ## what has to hold before a change lands
	.ci/run

clean: ## remove what was built
	rm -rf trucewatch dist bench.out
