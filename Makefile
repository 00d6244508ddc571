# A newcomer needs only `make demo` and `make test`. Each creates its environment in .venv.
PYTHON ?= python3
BIN := .venv/bin
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= replies policies texts

# Many tests wait for a process or for a server that misbehaves, so more tests run at once than there are processors.
PROCESSORS := $(shell getconf _NPROCESSORS_ONLN)

# Keep extras: if only coverage is pinned, pip selects the newest coverage[toml], which has no locked hash.
LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-strip-extras \
	--python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links
EXAMPLES = $(wildcard examples/github/*.yml) examples/publishing/github.yml
WORKFLOWS = $(wildcard .github/workflows/*.yml) $(EXAMPLES) tests/image/steps.yml
SCRIPTS = .ci/run .ci/actionlint bench/poll.sh docs/screenshot/take.sh $(wildcard examples/publishing/*.sh)

.PHONY: demo test test-slow lint types tests lint-configuration slow-tests image-tests coverage screenshot format \
	fuzz resilience bench lock node clean

demo: .venv/.run ## runs the whole gate against the embedded simulator: no account, no network
	@status=0; $(BIN)/python entrypoint.py demo || status=$$?; \
	echo; echo "Exit code $$status: any code but 0 stops a pipeline. The report is in test-results/checkly-junit.xml."; \
	echo "Other scenarios: $(BIN)/python entrypoint.py demo --list"

test: lint types tests ## before each commit: runs linters, type checker and fast tests; needs Python, make and PyPI

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: .venv/.dev
	$(BIN)/mypy

tests: .venv/.dev
	$(BIN)/pytest -n $$((2 * $(PROCESSORS))) --dist worksteal -m "not slow"

test-slow: lint-configuration ## runs the slow and the exhaustive tests; see tests/README.md
	$(MAKE) --jobs=2 slow-tests image-tests

lint-configuration: .venv/.slow
	$(BIN)/hadolint Dockerfile
	$(BIN)/zizmor --offline --quiet .github action.yml $(EXAMPLES) tests/image/steps.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/shellcheck $(SCRIPTS)
	$(BIN)/python .ci/run_blocks.py $(WORKFLOWS)
	.ci/actionlint $(WORKFLOWS)

slow-tests: .venv/.slow
	EXHAUSTIVE=1 $(BIN)/pytest -n $$(($(PROCESSORS) + 1)) --dist worksteal --ignore=tests/image -m "slow or exhaustive"

image-tests: .venv/.slow ## runs the tests of the image one by one, because they share an engine and measure time
	$(BIN)/pytest tests/image

coverage: .venv/.slow ## measures the branch coverage of all tests except those of the image
	EXHAUSTIVE=1 $(BIN)/pytest -n $$(($(PROCESSORS) + 1)) --dist worksteal --ignore=tests/image \
		--cov --cov-report=term:skip-covered --cov-fail-under=99

screenshot: .venv/.run ## takes the README's pictures; needs node, npm and chromium
	docs/screenshot/take.sh

resilience: .venv/.slow ## runs the gate with every fault, and writes docs/RESILIENCE.md
	$(BIN)/python -m tests.faults.resilience

bench: .venv/.run ## measures the gate and its alternatives (ten minutes), and writes docs/PERFORMANCE.md
	@command -v npm >/dev/null || { echo "npm is not installed: the Checkly CLI will NOT be measured" >&2; exit 0; }; \
	cd tests/witness && npm ci --silent --no-audit --no-fund --ignore-scripts || echo "npm ci failed: the Checkly CLI will NOT be measured" >&2
	$(BIN)/python -m compileall -q gate
	$(BIN)/python -m bench

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: .venv/.fuzz ## searches for inputs that violate a property, for FUZZ_SECONDS per target; needs Linux on x86-64
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p .fuzz/$$target && \
		$(BIN)/python -m fuzz $$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
			-dict=fuzz/words/$$target.dict -artifact_prefix=.fuzz/$$target- -print_final_stats=1 -verbosity=0 \
			.fuzz/$$target fuzz/corpus/$$target || \
		{ echo "The fuzzer found a failing input: move the file named above to fuzz/corpus/$$target, and fix the defect." >&2; exit 1; }; \
	done

lock: .venv/bin/python ## updates the lock files from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) pyproject.toml --group dev --constraints requirements.txt --output-file requirements-dev.txt
	$(LOCK) --group slow --constraints requirements-dev.txt --output-file requirements-slow.txt
	$(LOCK) --group fuzz --output-file fuzz/requirements.txt
	$(LOCK) --group audit --output-file .ci/requirements.txt

node: .ci/node/node_modules/.package-lock.json ## installs the npm packages that linters and tests need

clean:
	rm -rf .venv .fuzz .ci/node/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage test-results

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; choose one, for example: make PYTHON=python3.12 demo" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.ci/node/node_modules/.package-lock.json: .ci/node/package-lock.json
	npm ci --prefix .ci/node --no-audit --no-fund --loglevel error --fetch-retries 1 --fetch-retry-mintimeout 1000
	@touch $@

.venv/.run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ .venv/.run

.venv/.slow: requirements-slow.txt .venv/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-slow.txt
	@touch $@

.venv/.fuzz: fuzz/requirements.txt .venv/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement fuzz/requirements.txt
	@touch $@
