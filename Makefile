# `make demo` and `make test` do all their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install demo test run serve soak signal bench lists pictures lock image clean

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: install
	$(BIN)/monitor demo

test: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses auto

run: install
	$(BIN)/monitor run

# The archive in a browser; ADDRESS=8081 for another port.
ADDRESS ?= 127.0.0.1:8080

serve: install
	$(BIN)/monitor serve $(ADDRESS)

# Three quarters of an hour: alerts through servers that fail at random, a program that is killed at random moments, an archive that
# is edited and damaged, years of a daemon.
SEED ?= 1

soak: install
	$(BIN)/python soak/alerts.py all --seed $(SEED)
	$(BIN)/python soak/history.py all --seed $(SEED)
	$(BIN)/python soak/growth.py

# The scorers and the recorded histories stand beside the repository, not in it.
SHARED ?= ../shared

signal: install
	@test -d $(SHARED)/bench || { echo "no recorded histories at $(SHARED)"; exit 1; }
	$(BIN)/python -B benchmarks/figures.py $(SHARED)

# Ratios beside a reference in the same run; FOLDERS hold a captures.jsonl and the files it names.
FOLDERS ?= $(wildcard /tmp/monitor-corpora/pages-dev-*)

bench: install
	$(BIN)/python benchmarks/reading.py $(FOLDERS)
	$(BIN)/python benchmarks/meaning.py $(FOLDERS)
	$(BIN)/python benchmarks/checking.py $(firstword $(FOLDERS))
	$(BIN)/python benchmarks/archive.py

# After a change of the word lists: what they hold, and the letters that their patterns ask for, kept beside them.
LISTS := monitor/meaning/data

lists: install
	$(BIN)/python -c 'from monitor.meaning import sources; print(sources.kept_form(), end="")' > lists.tmp
	mv lists.tmp $(LISTS)/lists.json
	$(BIN)/python -c 'from monitor.meaning import letters, lexicon; print(letters.kept_form(lexicon.every_pattern()), end="")' > lists.tmp
	mv lists.tmp $(LISTS)/letters.json

# The pictures of the documentation, drawn anew by Chromium.
pictures: install
	$(BIN)/python docs/pictures/draw.py

# After a change of pyproject.toml: every version pinned with its hashes, in a form that names no host.
lock: install
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --extra dev --build-deps-for wheel \
		--build-deps-for editable --no-header --no-emit-options --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --output-file requirements.lock pyproject.toml

# Where Docker is: the image of deploy/, and that the program in it starts without a disk that it may write to.
image:
	docker build --file deploy/Dockerfile --tag terms-monitor .
	docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --network none terms-monitor --version

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
