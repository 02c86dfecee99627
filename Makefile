# One command for each thing that a user or a maintainer does.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
# Tests that wait for what a browser draws; all others run as many at a time as there are cores, but for those that
# look at the clock: beside them nothing runs.
ALONE := tests/app
CLOCK := tests/test_pace.py

.PHONY: reports test test-lowest fuzz docs profile bench bench-growth compare-engines kills lock clean

reports: $(VENV)/ready
	$(BIN)/licences report

test: $(VENV)/ready
	$(BIN)/python -m compileall -q lib tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q --numprocesses auto --dist loadfile --no-loadscope-reorder --ignore=$(ALONE) --ignore=$(CLOCK)
	$(BIN)/pytest -q $(ALONE)
	$(BIN)/pytest -q --nbval-lax notebooks
	$(BIN)/pytest -q $(CLOCK)

# Offline, and without a warning; each notebook is run for its page.
docs: $(VENV)/docs-ready
	$(BIN)/sphinx-build --builder html --fail-on-warning --keep-going --quiet docs docs/_build/html
	@echo docs/_build/html/index.html

# The same tests with the lowest versions that pyproject.toml admits, in an environment of their own.
test-lowest:
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(LOWEST)/bin/uv pip install --quiet --compile-bytecode --python $(LOWEST)/bin/python \
	  --resolution lowest-direct --editable '.[dev]'
	$(LOWEST)/bin/pytest -q

# 5,000 changed files for everything that reads one; three minutes at most.
fuzz: $(VENV)/ready
	$(BIN)/python tests/fuzz.py

# Where the time of each command goes, one page a command, in docs/_build/profile. Some: make profile PROFILE="check diff".
profile: $(VENV)/ready
	$(BIN)/python tests/profile_commands.py $(PROFILE)

# How fast all goes, each line three times beside what was asked. Some: make bench BENCH="commands batch --runs 1".
bench: $(VENV)/ready
	$(BIN)/python tests/bench.py $(BENCH)

# How seconds and memory grow with clients and catalogue, into docs/maintainer/speed.md; an hour. Less, and only
# printed: make bench-growth GROWTH="diff plan --most 1000".
bench-growth: $(VENV)/ready
	$(BIN)/python tests/bench_growth.py $(GROWTH)

# Notebooks of the kinds in public use, run by papermill's own engine and by ours: how many come out alike.
compare-engines: $(VENV)/ready
	$(BIN)/python tests/compare_engines.py

# A hundred random kills of a batch's processes; half an hour. Another seed: make kills KILLS="--seed 7".
kills: $(VENV)/ready
	$(BIN)/python tests/kills.py $(KILLS)

# The pins follow from the ranges in pyproject.toml.
lock: $(VENV)/ready
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-annotate --no-header \
	  --upgrade --output-file requirements.lock pyproject.toml
	(echo "# Every version pinned, resolved by 'make lock' from the ranges in pyproject.toml."; \
	 echo "-e ."; cat requirements.lock) > requirements.txt
	rm requirements.lock

clean:
	rm -rf $(VENV) $(LOWEST) docs/_build docs/generated reports/*/ reports/ledger.* reports/portfolio*.*

# Compiled as well where Python itself is told to write no bytecode: else each process compiles all of it anew.
$(VENV)/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	$(BIN)/python -m compileall -q lib
	touch $@

$(VENV)/docs-ready: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	touch $@
