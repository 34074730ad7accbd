# Needs make, a shell and Python 3.11 or newer; everything else is installed into .venv.
#
#   make run     LeadBridge with the demo organisation, on http://127.0.0.1:8000 (PORT=… for another)
#   make test    all checks and all tests
#   make check   the checks alone: lint, types, import rules, migrations, templates
#   make bench   the benchmarks
#   make lock    write the lists of dependencies anew from pyproject.toml (UPGRADE=--upgrade: newer ones)

.PHONY: run test check bench lock local tools
.NOTPARALLEL:

# The newest name wins only where plain `python3` is missing or too old.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && exit; \
	done; echo python3)

# Always `python -m`: a script in .venv/bin holds a path that is wrong once the folder has moved.
venv := .venv/bin/python
with_engines := $(venv) -m leadbridge.embedded $(venv) -m
pip_compile := $(venv) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--python-version 3.11 pyproject.toml $(UPGRADE)

run: local
	@exec $(venv) -m leadbridge.embedded.run

local:
	@command -v $(PYTHON) >/dev/null || { echo "leadbridge: needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) requirements/install.py local

tools:
	@command -v $(PYTHON) >/dev/null || { echo "leadbridge: needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) requirements/install.py test

check: tools
	$(venv) -m ruff check .
	$(venv) -m ruff format --check .
	$(venv) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(with_engines) mypy .
	$(venv) manage.py makemigrations --check --dry-run
	$(venv) -m djlint templates --lint --quiet

test: check
	$(with_engines) pytest -n 2

bench: tools
	$(venv) -m bench

lock: tools
	$(pip_compile) -o requirements/production.lock
	$(pip_compile) --extra embedded -o requirements/local.lock
	$(pip_compile) --extra embedded --extra test -o requirements/test.lock
