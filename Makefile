# SPDX-License-Identifier: GPL-2.0-or-later
# make demo    sets up .venv and reviews the founding case of fixtures/
# make test    all tests that need nothing but this folder, with lint and types

PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin
DEMO_OUT = build/demo-drafts

.PHONY: demo test lint check marked clean

demo: $(VENV)/installed
	@rm -rf $(DEMO_OUT)
	@echo '$$ reviewbot check demo-rfc@example.org --mbox fixtures/archive.mbox --tree fixtures/tree --out $(DEMO_OUT)'
	@$(RUN)/reviewbot check demo-rfc@example.org --mbox fixtures/archive.mbox --tree fixtures/tree --out $(DEMO_OUT); \
		status=$$?; test $$status -eq 1 || { echo "demo: exit status $$status, expected 1 (findings)" >&2; exit 2; }
	@echo
	@echo '$$ cat $(DEMO_OUT)/*.eml'
	@cat $(DEMO_OUT)/*.eml

test: $(VENV)/installed
	$(RUN)/pytest -q

lint: $(VENV)/installed
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy reviewbot rules tests bench

check: lint test

# needs ../shared, real trees (REVIEWBOT_TREES) and public-inbox; see tests/README.md
marked: $(VENV)/installed
	$(RUN)/pytest -q -m "tree or inbox or shared"

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) build
