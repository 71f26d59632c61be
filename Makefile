.PHONY: help run build test package test-packages soak fuzz mutations sample bench bench-postgres bench-peers format clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: ## Install what is missing, build, and serve on 127.0.0.1:8080 with the data in ./data
	@scripts/run.sh

build: ## Install what is missing and build the release program
	@scripts/build.sh

test: ## Install what is missing and run every test there is
	@scripts/test.sh

package: ## Build and pack the program into dist/: tarball, Debian package, Python wheel, SBOM
	@scripts/package.sh

test-packages: ## Install, upgrade, and remove these packages in a bare Debian, a virtual environment, and a container
	@scripts/test-packages.sh

soak: ## Run the tests of what the server promises in their long form, and write docs/reliability.md
	@scripts/soak.sh

fuzz: ## Look for an hour for input that breaks what reads it, with libFuzzer
	@scripts/fuzz.sh 3600

mutations: ## Break the code in known ways, one at a time, and show which test fails for each
	@scripts/mutations.sh

sample: ## Import 7,168 real conversations into ./data
	@scripts/sample.sh

bench: ## Compare pages with nginx, SwiftNIO and a framework alone, and FastAPI, and write docs/performance.md; with BASELINE=PROGRAM, with an earlier build
	@scripts/bench.sh

bench-postgres: ## Compare pages through the server on PostgreSQL with pgbench
	@scripts/bench-postgres.sh

bench-peers: ## Compare pages with Synapse and llama-stack, and write docs/peers.md
	@scripts/bench-peers.sh

format: ## Format the sources
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks

clean: ## Remove what was built; ./data stays
	rm -rf .build
