# The commands of this repository; `make help` lists them. They need Rust (rustup reads rust-toolchain.toml), a C compiler,
# Python 3.10 or later with venv, and Node 20 or later. They install the rest below this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOGS := target/test-logs
# Runs tests with every log level on; the log is a file, and the terminal gets the closing lines and the failures.
QUIETLY = $(PYTHON) tests/run_quietly.py $(LOGS)
PYTEST := $(BIN)/python -m pytest
BENCHES := benches
TOOLS := target/tools
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny
CARGO_FUZZ_VERSION := 0.13.2
CARGO_FUZZ := $(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION)/bin/cargo-fuzz
FUZZ_SECONDS := 60

# Tests and examples connect to loopback only.
export NO_PROXY := 127.0.0.1,localhost
export no_proxy := 127.0.0.1,localhost

# Every run generates the same input, so a failure comes from a change in the code. `EXAMPLES=1000 make test-python`,
# `PROPTEST_RNG_SEED=2 make test-rust` and `make fuzz` try more.
export PROPTEST_RNG_SEED ?= 1

# As maturin sets it. Without it, clippy and `make dev` would rebuild pyo3 in turns.
export PYO3_BUILD_EXTENSION_MODULE := 1

.PHONY: help
help:  ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 20

# --- The quick loop -----------------------------------------------------------------------------------------------------

.PHONY: dev test-quick
dev: $(VENV)/.installed node_modules/.package-lock.json  ## Build package and addon in debug, in place: 2 to 4 s after an edit
	@cargo build --quiet --locked --package descope-outbound-python --package descope-outbound-node
	@$(BIN)/python bindings-python/install_debug.py
	@node bindings-node/install-debug.cjs

test-quick: dev emulator  ## Run the tests of Rust, of one Python and of one Node in debug, and list what failed
	@$(BIN)/python tests/quick.py

# --- Building -----------------------------------------------------------------------------------------------------------

.PHONY: build wheel addon emulator demo
build: wheel addon emulator  ## Build everything in release: the wheel in .venv, the addon in bindings-node/lib

$(VENV)/.installed: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund

wheel: $(VENV)/.installed  ## Build the release wheel and install it in .venv
	rm -rf target/wheels
	$(BIN)/maturin build --quiet --release --locked --compatibility linux --out target/wheels
	$(BIN)/python -m pip install --quiet --no-deps --force-reinstall target/wheels/*.whl

addon: node_modules/.package-lock.json  ## Build the release addon in bindings-node/lib
	npm run --silent build

emulator:  ## Build the emulator in target/debug
	cargo build --quiet --locked --package descope-outbound-emulator

demo: build  ## Run one Python and one Node program against the emulator
	$(BIN)/python examples/demo.py

# --- Testing ------------------------------------------------------------------------------------------------------------

.PHONY: test test-rust test-python test-processes test-pythons test-node test-node-versions test-oracle test-faults
test: test-rust test-python test-processes test-node test-node-versions test-oracle test-faults  ## Run every test
	@$(PYTHON) tests/no_secret_was_printed.py $(LOGS)/*.log

test-rust:  ## Run the Rust tests, with 60 s of the soak
	@SOAK_SECONDS=60 $(QUIETLY)/rust.log cargo test --locked --no-fail-fast -- --nocapture

test-python: wheel emulator  ## Run the Python tests and the examples in docstrings
	@$(QUIETLY)/python.log $(PYTEST) --capture=no --log-cli-level=DEBUG tests/python tests/structure
	@$(QUIETLY)/doctests.log $(PYTEST) --capture=no --doctest-modules --pyargs descope_outbound

test-processes: wheel emulator  ## Run servers, task queues and green threads in one Python, and test-python in every other
	@$(QUIETLY)/processes.log $(PYTHON) tests/processes/each_python.py

test-pythons: wheel emulator  ## Run every Python test in each installed Python from 3.10 to 3.14
	$(PYTHON) tests/processes/each_python.py --all

test-node: addon emulator official-sdks  ## Run the Node tests in this Node
	@OFFICIAL_SDKS=installed $(QUIETLY)/node.log npm run --silent test

test-node-versions: addon emulator official-sdks node-versions  ## Run the Node tests in other Nodes, and the packed package in all
	@OFFICIAL_SDKS=installed $(QUIETLY)/node-versions.log tests/node-versions/run.sh

test-oracle: wheel addon emulator official-sdks  ## Compare with the official SDKs, compare the languages, and test the benches
	@$(QUIETLY)/oracle.log tests/oracle/run.sh
	@OFFICIAL_SDKS=installed $(QUIETLY)/accelerate.log $(PYTEST) tests/oracle tests/parity
	@cargo build --quiet --locked --package descope-outbound-benches
	@BENCH_PROFILE=debug $(QUIETLY)/benches.log $(PYTEST) tests/benches

test-faults: wheel addon fault-servers  ## Run the table of faults on this package's clients; docs/faults.md must agree
	@$(QUIETLY)/faults-tests.log $(PYTEST) tests/faults
	@$(QUIETLY)/faults.log $(BIN)/python tests/faults/run_faults.py --ours

.PHONY: faults fault-servers official-sdks node-versions
faults: wheel addon official-sdks fault-servers  ## Run the table of faults on the official SDKs too, and write docs/faults.md
	$(BIN)/python tests/faults/run_faults.py

fault-servers:  ## Install nginx and openssl for the table of faults, and build its emulator and driver
	@tests/faults/install.sh
	@cargo build --quiet --locked --package descope-outbound-emulator --package descope-outbound-fault-driver

official-sdks:  ## Install the official SDKs below tests/oracle
	@PYTHON=$(PYTHON) tests/oracle/install.sh

node-versions: tests/node-versions/node_modules/.package-lock.json  ## Install the other Node releases below tests/node-versions

tests/node-versions/node_modules/.package-lock.json: tests/node-versions/package-lock.json
	cd tests/node-versions && npm ci --ignore-scripts --no-audit --no-fund

.PHONY: soak soak-cache soak-processes
soak: soak-cache soak-processes  ## Run the long tests that are not part of `make test` (15 minutes)

soak-cache:  ## Run the cache for ten minutes and show every token to the provider; `make test-rust` runs one minute
	SOAK_SECONDS=600 cargo test --locked --test soak -- --nocapture

soak-processes: wheel emulator addon  ## Run forks, interpreter ends and a million calls
	$(PYTHON) tests/processes/each_python.py --soak
	CALLS=1000000 node --test --test-timeout=600000 tests/node/memory.test.mjs

# --- Checking -----------------------------------------------------------------------------------------------------------

.PHONY: check check-rust check-python check-node check-shell check-imports check-generated hooks deny advisories fuzz
check: check-rust check-python check-node check-shell check-imports check-generated deny  ## Run every linter and type checker, and compare the generated files

check-rust:  ## Run rustfmt, clippy and rustdoc, and compile the fuzz targets
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --quiet --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --quiet --locked --no-deps --workspace
	$(CHECK_FUZZ)

# As cargo-fuzz compiles them, without libFuzzer itself: a check links nothing, so the library may be missing.
CHECK_FUZZ := CUSTOM_LIBFUZZER_PATH=/nonexistent/libfuzzer.a RUSTFLAGS="--cfg fuzzing --deny warnings" \
	cargo check --quiet --locked --manifest-path fuzz/Cargo.toml --target-dir target

check-python: $(VENV)/.installed  ## Run ruff and mypy
	$(BIN)/ruff check --quiet bindings-python benches docs examples tests
	$(BIN)/ruff format --quiet --check bindings-python benches docs examples tests
	$(BIN)/mypy bindings-python benches docs examples tests

check-node: node_modules/.package-lock.json  ## Run Biome and the TypeScript compiler
	npm run --silent check

check-shell: $(VENV)/.installed  ## Run shellcheck on every shell script
	$(BIN)/shellcheck .ci/run $(shell git ls-files '*.sh')

check-imports:  ## Fail on a circle of imports, between files or between folders
	$(PYTHON) tests/structure/import_circles.py

check-generated: generate  ## Compare the type stubs and the generated files with the code
	$(BIN)/python -m mypy.stubtest descope_outbound
	git diff --exit-code -- bindings-python/python docs/reference.md docs/cache.svg docs/performance.md docs/performance bindings-node/lib/native.cjs bindings-node/lib/native.d.ts

hooks: $(VENV)/.installed  ## Install the git hooks, which run the parts of `make check` (needs Python 3.11)
	$(BIN)/pre-commit install

deny: $(CARGO_DENY) $(VENV)/.installed  ## Check the licenses and sources of every dependency, and the pinned versions
	$(CARGO_DENY) --log-level error check licenses sources bans
	$(BIN)/python tests/supply_chain.py

# A debug build compiles in half the time, and is fast enough.
$(CARGO_DENY):
	cargo install --quiet --locked --debug --root $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION) --version $(CARGO_DENY_VERSION) cargo-deny

advisories: $(CARGO_DENY)  ## Look for known vulnerabilities; needs GitHub and the npm registry
	$(CARGO_DENY) --log-level error check advisories
	npm audit

fuzz: $(CARGO_FUZZ)  ## Fuzz every parser of outside input (60 s for each target, or FUZZ_SECONDS)
	PATH="$(abspath $(dir $(CARGO_FUZZ))):$$PATH" fuzz/run.sh $(FUZZ_SECONDS)

$(CARGO_FUZZ):
	cargo install --quiet --locked --root $(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION) --version $(CARGO_FUZZ_VERSION) cargo-fuzz

# --- Measuring and generating -------------------------------------------------------------------------------------------

.PHONY: bench bench-quick measurable generate clean
bench: measurable  ## Measure everything beside its peers, and write docs/performance.md (20 minutes; a quiet machine)
	$(BENCHES)/.venv/bin/python $(BENCHES)/run.py
	$(BIN)/python $(BENCHES)/report.py

bench-quick: measurable  ## Measure what most targets need, and print it (3 minutes)
	$(BENCHES)/.venv/bin/python $(BENCHES)/run.py --quick
	$(BIN)/python $(BENCHES)/report.py --print target/bench/results.json

measurable: wheel addon  ## Build the release packages, their peers and the service for the benches
	PYTHON=$(PYTHON) $(BENCHES)/install.sh
	cargo build --quiet --release --locked --package descope-outbound-benches

generate: wheel addon  ## Generate the committed files again
	$(BIN)/python bindings-python/generate_sync.py
	$(BIN)/ruff format --quiet bindings-python/python
	$(BIN)/python docs/generate_reference.py
	$(BIN)/python docs/draw_cache.py
	$(BIN)/python $(BENCHES)/report.py

clean:  ## Remove everything that was built or installed
	rm -rf target $(VENV) node_modules bindings-node/lib/*.node bindings-python/python/descope_outbound/*.so
	rm -rf $(BENCHES)/.venv $(BENCHES)/node_modules
