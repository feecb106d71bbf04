# Python 3.11 to 3.13, pip, make and git are all that these commands assume.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
# A changed list or another Python means a new installation.
INSTALLED := $(VENV)/installed-$(shell (cat requirements.txt; $(PYTHON) --version; pwd) | sha256sum | cut -c1-16)
# Two processes with a database each; PYTEST="-n 0 tests/members -x" for a part of it.
PYTEST ?= -n 2 --dist loadfile
CHECK_SETTINGS := DJANGO_SETTINGS_MODULE=network.settings_check

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run setup test check fix bench faults lock
.DEFAULT_GOAL := run

run: setup
	@$(RUN) -m network.serve

setup: $(INSTALLED)

$(INSTALLED):
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit("Se necesita Python 3.11, 3.12 o 3.13: make PYTHON=python3.12 …")'
	@echo "Se instala el portal en $(VENV)…"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv --without-pip $(VENV)
	@$(PYTHON) -m pip --python $(RUN) install --quiet --require-hashes --requirement requirements.txt
	@touch $@

test: setup
	$(RUN) -m pytest $(PYTEST)

check: setup
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(CHECK_SETTINGS) $(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(CHECK_SETTINGS) $(RUN) manage.py check --deploy --fail-level WARNING

fix: setup
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: setup
	$(RUN) -m bench
	$(RUN) -m bench.certificates

faults: setup
	$(RUN) -m bench.faults
	$(RUN) -m bench.fuzz

# For the maintainer, with uv: the direct dependencies of pyproject.toml, resolved and hashed.
lock:
	uv pip compile --group portal --group check --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --quiet --output-file requirements.txt
