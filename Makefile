# What a newcomer types. Needs Rust (rustup reads rust-toolchain.toml), a C compiler, Python 3.10 or later with venv,
# Node 20 or later; everything else is installed below this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOGS := target/test-logs
BENCHES := benches
TOOLS := target/tools
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny
CARGO_FUZZ_VERSION := 0.13.2
CARGO_FUZZ := $(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION)/bin/cargo-fuzz
FUZZ_SECONDS := 60
EMULATOR := target/debug/descope-outbound-emulator

# Tests and examples talk to this machine alone.
export NO_PROXY := 127.0.0.1,localhost
export no_proxy := 127.0.0.1,localhost

# The same made-up input at every run: a build fails for what has changed in it. `EXAMPLES=1000 make test-python` and
# `PROPTEST_RNG_SEED=2 make test-rust` look further, and so does `make fuzz`.
export PROPTEST_RNG_SEED ?= 1

.PHONY: help build wheel addon emulator demo test test-rust test-python test-node test-oracle official-sdks check deny advisories fuzz bench bench-quick measurable generate clean

help:  ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

build: wheel addon emulator  ## Build everything: the wheel is installed in .venv, the addon lies in bindings-node/lib

$(VENV)/.installed: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund

wheel: $(VENV)/.installed
	rm -rf target/wheels
	$(BIN)/maturin build --quiet --release --locked --compatibility linux --out target/wheels
	$(BIN)/python -m pip install --quiet --no-deps --force-reinstall target/wheels/*.whl

addon: node_modules/.package-lock.json
	npm run --silent build

emulator:
	cargo build --quiet --locked --package descope-outbound-emulator

demo: build  ## Run one Python and one Node program against the emulator
	$(BIN)/python examples/demo.py

test: test-rust test-python test-processes test-node test-node-versions test-oracle test-faults  ## Run every test
	$(BIN)/python tests/no_secret_was_printed.py $(LOGS)/*.log

test-rust:
	mkdir -p $(LOGS)
	SOAK_SECONDS=60 tests/logged.sh $(LOGS)/rust.log cargo test --locked --package descope-outbound --package descope-outbound-emulator --package descope-outbound-runtime -- --nocapture

test-python: wheel emulator
	mkdir -p $(LOGS)
	tests/logged.sh $(LOGS)/python.log $(BIN)/python -m pytest --capture=no --log-cli-level=DEBUG tests/python
	tests/logged.sh $(LOGS)/doctests.log $(BIN)/python -m pytest --capture=no --doctest-modules --pyargs descope_outbound

# What runs Python backends (servers, task queues, green threads, other event loops) in one Python, and the tests of
# test-python in each other one that there is.
test-processes: wheel emulator
	mkdir -p $(LOGS)
	tests/logged.sh $(LOGS)/processes.log $(PYTHON) tests/processes/each_python.py

.PHONY: test-processes test-pythons
test-pythons: wheel emulator  ## Run every Python test in each Python from 3.10 to 3.14 that there is
	$(PYTHON) tests/processes/each_python.py --all

# What more there is to see for a while: bounded, and not part of `test`.
.PHONY: soak soak-cache soak-processes
soak: soak-cache soak-processes  ## Run what takes longer than a test may (15 minutes)

# Users who come and go, with a clock that runs ahead, every token shown to the provider; 60 s of it are in `test-rust`.
soak-cache:
	SOAK_SECONDS=600 cargo test --locked --package descope-outbound --test soak -- --nocapture

soak-processes: wheel emulator addon
	$(PYTHON) tests/processes/each_python.py --soak
	CALLS=1000000 node --test --test-timeout=600000 tests/node/memory.test.mjs

node-versions: tests/node-versions/node_modules/.package-lock.json

tests/node-versions/node_modules/.package-lock.json: tests/node-versions/package-lock.json
	cd tests/node-versions && npm ci --ignore-scripts --no-audit --no-fund

# The same tests in the other releases of Node, and the package as it is packed in all of them.
.PHONY: node-versions test-node-versions
test-node-versions: addon emulator official-sdks node-versions
	mkdir -p $(LOGS)
	OFFICIAL_SDKS=installed tests/logged.sh $(LOGS)/node-versions.log tests/node-versions/run.sh

test-node: addon emulator official-sdks
	mkdir -p $(LOGS)
	OFFICIAL_SDKS=installed tests/logged.sh $(LOGS)/node.log npm run --silent test

# The official SDKs, in an environment of their own, on the same table; and what is the same in every language.
test-oracle: wheel addon emulator official-sdks
	mkdir -p $(LOGS)
	tests/logged.sh $(LOGS)/oracle.log tests/oracle/run.sh
	OFFICIAL_SDKS=installed tests/logged.sh $(LOGS)/accelerate.log $(BIN)/python -m pytest tests/oracle tests/parity
	cargo build --quiet --locked --package descope-outbound-benches
	BENCH_PROFILE=debug tests/logged.sh $(LOGS)/benches.log $(BIN)/python -m pytest tests/benches

.PHONY: test-faults faults fault-servers

# Every fault of the table on our clients; docs/faults.md has to be as they make it.
test-faults: wheel addon fault-servers
	mkdir -p $(LOGS)
	$(BIN)/python -m pytest tests/faults
	tests/logged.sh $(LOGS)/faults.log $(BIN)/python tests/faults/run_faults.py --ours

faults: wheel addon official-sdks fault-servers  ## Run the table of faults on our clients and the official SDKs, and write docs/faults.md
	$(BIN)/python tests/faults/run_faults.py

fault-servers:
	tests/faults/install.sh
	cargo build --quiet --locked --package descope-outbound-emulator --package descope-outbound-fault-driver

official-sdks:
	PYTHON=$(PYTHON) tests/oracle/install.sh

check: wheel addon deny  ## Run every linter and type checker, and see that generated files are up to date
	cargo fmt --all --check
	cargo clippy --quiet --locked --workspace --all-targets -- --deny warnings
	$(BIN)/ruff check --quiet bindings-python benches docs examples tests
	$(BIN)/ruff format --quiet --check bindings-python benches docs examples tests
	$(BIN)/mypy bindings-python/python benches docs examples tests
	$(BIN)/python -m mypy.stubtest descope_outbound
	npm run --silent check
	$(MAKE) generate
	git diff --exit-code -- bindings-python/python docs/reference.md docs/cache.svg docs/performance.md docs/performance bindings-node/lib/native.cjs bindings-node/lib/native.d.ts

# What the dependencies are licensed under, where they come from, and that none is there which must not be.
deny: $(CARGO_DENY) $(VENV)/.installed
	$(CARGO_DENY) --log-level error check licenses sources bans
	$(BIN)/python tests/supply_chain.py

# A debug build of it takes half as long as another, and is quick enough.
$(CARGO_DENY):
	cargo install --quiet --locked --debug --root $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION) --version $(CARGO_DENY_VERSION) cargo-deny

advisories: $(CARGO_DENY)  ## Look for known vulnerabilities; needs a network with GitHub and the npm registry in it
	$(CARGO_DENY) --log-level error check advisories
	npm audit

fuzz: $(CARGO_FUZZ)  ## Look for input that breaks what reads the outside (60 s for each target, or FUZZ_SECONDS)
	PATH="$(abspath $(dir $(CARGO_FUZZ))):$$PATH" fuzz/run.sh $(FUZZ_SECONDS)

$(CARGO_FUZZ):
	cargo install --quiet --locked --root $(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION) --version $(CARGO_FUZZ_VERSION) cargo-fuzz

bench: measurable  ## Measure it all beside its peers, and write docs/performance.md (20 minutes; a quiet machine)
	$(BENCHES)/.venv/bin/python $(BENCHES)/run.py
	$(BIN)/python $(BENCHES)/report.py

bench-quick: measurable  ## Measure what most targets need, and print it (3 minutes)
	$(BENCHES)/.venv/bin/python $(BENCHES)/run.py --quick
	$(BIN)/python $(BENCHES)/report.py --print target/bench/results.json

# Ours as it is shipped, what it is measured beside, and the service.
measurable: wheel addon
	PYTHON=$(PYTHON) $(BENCHES)/install.sh
	cargo build --quiet --release --locked --package descope-outbound-benches

generate: wheel addon  ## Make the generated files anew
	$(BIN)/python bindings-python/generate_sync.py
	$(BIN)/ruff format --quiet bindings-python/python
	$(BIN)/python docs/generate_reference.py
	$(BIN)/python docs/draw_cache.py
	$(BIN)/python $(BENCHES)/report.py

clean:  ## Remove everything that was built or installed
	rm -rf target $(VENV) node_modules bindings-node/lib/*.node $(BENCHES)/.venv $(BENCHES)/node_modules
