# Two commands a newcomer needs: `make demo` and `make test`. Each sets everything up and may be run again.
PYTHON ?= python3
PORT ?= 8000
SIZE ?= demo
export PORT
BIN := .venv/bin
export PYTHONPATH := $(CURDIR):$(CURDIR)/platform
# Many processes start one after the other, in tests too; each would compile all modules anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check coverage bench chaos clean setup setup-dev frontend messages lock

demo: setup frontend
	@$(BIN)/pybabel -q compile -D django -d platform/locale
	@$(BIN)/python manage.py demo

test: setup-dev frontend
	@$(BIN)/pybabel -q compile -D django -d platform/locale
	$(BIN)/pytest $(ARGS)

check: setup-dev frontend
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	.ci/check-writes
	.ci/check-templates
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	.ci/check-messages
	.ci/check-deploy

# All tests, and what they ran of the code: nearly all lines and branches, every one of what decides rights and money.
BRANCHES := 97
EXACTLY := members/rules/*,instruments/*/rules/*,instruments/usage/metrics.py,evaluations/*/rules/*,evaluations/scoring/*,platform/changes/runner.py,*/permissions.py
coverage: export COVERAGE_FILE := $(CURDIR)/build/.coverage
coverage: setup-dev frontend
	@mkdir -p build
	@$(BIN)/pybabel -q compile -D django -d platform/locale
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(ARGS)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report
	$(BIN)/coverage json -q -o build/coverage.json
	.ci/check-branches build/coverage.json $(BRANCHES)
	$(BIN)/coverage report -m --fail-under=100 --include="$(EXACTLY)"

bench: setup-dev frontend
	@$(BIN)/pybabel -q compile -D django -d platform/locale
	$(BIN)/python -m tests.bench --size $(SIZE) $(ARGS)

chaos: setup-dev frontend
	@$(BIN)/pybabel -q compile -D django -d platform/locale
	.ci/chaos --kills 100 --minutes 10 $(ARGS)

clean:
	rm -rf .venv var build platform/static/vendor platform/frontend/node_modules

setup: .venv/.base
setup-dev: .venv/.dev

.venv/.uv: requirements/setup.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/setup.lock
	@touch $@

.venv/.base: .venv/.uv requirements/base.lock
	@test -e .venv/.dev || $(BIN)/uv pip sync -q --require-hashes requirements/base.lock
	@touch $@

.venv/.dev: .venv/.uv requirements/dev.lock
	$(BIN)/uv pip sync -q --require-hashes requirements/dev.lock
	@touch $@ .venv/.base

frontend:
	@$(BIN)/python platform/frontend/vendor.py

messages:
	$(BIN)/python manage.py makemessages -l zh_Hans --no-location --no-wrap --ignore .venv --ignore var --ignore build --ignore tests --ignore "platform/static/*" --ignore "platform/frontend/*"

lock: .venv/.uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra setup pyproject.toml -o requirements/base.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra setup --extra objects --extra dev -c requirements/base.lock pyproject.toml -o requirements/dev.lock
	grep -A 40 '^uv==' requirements/base.lock | awk 'NR==1 || /^    --hash/ {print} NR>1 && !/^    --hash/ {exit}' > requirements/setup.lock
