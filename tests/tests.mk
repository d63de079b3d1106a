# `make check` is the fast part, `make test` everything.

PYTEST := $(VENV)/bin/pytest -q -n $(JOBS) --dist worksteal

check: $(STAMPS)/core $(UNIX) lint ## The fast tests: native, device, host; under a minute
	$(PYTEST) tests -m "not slow and not long"

# Deque's axe, in the browser that the other page tests use.
AXE := $(BUILD)/npm/node_modules/axe-core/axe.min.js

$(AXE):
	@device/port/need.sh npm:npm
	@mkdir -p $(BUILD)/npm
	npm install --prefix $(BUILD)/npm --no-audit --no-fund --silent axe-core@4.10.3

# OpenSim, 72 MB, for `make test` alone.
$(STAMPS)/judges: $(STAMPS)/core
	$(VENV)/bin/pip install -q --disable-pip-version-check -e '.[judges]'
	@touch $@

judges: $(STAMPS)/judges ## Install OpenSim, which judges exported orientations, into .venv

# How often properties are tried.
test: export PLUMBLINE_EXAMPLES ?= 300
test: $(STAMPS)/core $(STAMPS)/judges $(UNIX) $(FIRMWARE) $(STANDIN) $(AXE) lint ## Set everything up and pass all tests, HIL on the virtual brace included
	@device/port/need.sh chromium:chromium
	$(PYTEST) tests -m "not long"
	@$(MAKE) -s prove PROOFS="$(QUICK_PROOFS)"
	$(HIL) --brace unix -m "not slow and not long"
	$(VENV)/bin/pytest -q $(WORKOUTS) --brace unix -n $(JOBS)

long: $(STAMPS)/core $(UNIX) $(FIRMWARE) ## The tests that take many minutes each: a fleet of eight, a day's dump, cuts in an update, a movement screen
	$(PYTEST) tests -m long
	$(HIL) -m long

accessibility: $(STAMPS)/core $(AXE) ## Check the report's pages with axe, at the width of a phone and of a desk
	@device/port/need.sh chromium:chromium
	PLUMBLINE_AXE=$(abspath $(AXE)) $(VENV)/bin/pytest -q tests/host/test_accessibility.py

.PHONY: check test long judges accessibility
