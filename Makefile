# make deck    make the environment, install attachdeck, build build/attachment-theory.apkg
# make test    the same with the test extras, then every test, a file of tests at a time in each process
# make test-fast  all tests but the slow ones: no browser, no desktop, no installation
# make desktop  the tests in a real Anki desktop (CONTRIBUTING.md); draws a card of each kind into build/desktop/
# make oldest-anki  the oldest Anki that the add-on promises to run in, for the tests in a desktop
# make cards   draw all pictures of the documentation again, and docs/teach/cards.md
# make docs    the documentation as a site, in build/docs/
# make bench   measure, and write docs/explain/performance.md (about 15 minutes, on a machine that does nothing else)
# make lint    ruff, mypy --strict, import-linter
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
INSTALL = $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)

.PHONY: deck test test-fast lint desktop oldest-anki cards docs bench clean

deck: $(VENV)/installed
	$(BIN)/attachdeck build course

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist loadfile

test-fast: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

desktop: $(VENV)/installed-dev
	ATTACHDECK_PICTURES=$(CURDIR)/build/desktop $(BIN)/python -m pytest tests/desktop

oldest-anki:
	$(PYTHON) -m venv build/anki-23.12.1
	build/anki-23.12.1/bin/python -m pip install --quiet 'aqt[qt6]==23.12.1'

docs: $(VENV)/installed
	$(INSTALL) -e '.[docs]'
	$(BIN)/sphinx-build -W --keep-going -q -b dirhtml docs build/docs

cards: $(VENV)/installed-dev
	$(BIN)/python docs/draw_cards.py

$(BIN)/python:
	$(if $(UV),$(UV) venv --quiet --seed --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(INSTALL) -e .
	touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	$(INSTALL) -e '.[dev]'
	touch $@ $(VENV)/installed

# The newest pip, whose start scripts are those that users get.
bench: $(VENV)/installed-dev
	$(INSTALL) --upgrade pip
	$(INSTALL) -e '.[bench]'
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
