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
test: $(STAMPS)/core $(STAMPS)/judges $(UNIX) $(FIRMWARE) $(WEARER) $(STANDIN) $(AXE) lint ## Set everything up and pass all tests, HIL on the virtual brace included
	@device/port/need.sh chromium:chromium
	$(PYTEST) tests -m "not long"
	@$(MAKE) -s prove
	$(HIL) --brace unix -m "not long"

long: $(STAMPS)/core $(UNIX) $(FIRMWARE) ## The tests that take many minutes each: a fleet of eight, a second build, a day's dump, cuts in an update, a movement screen
	$(PYTEST) tests -m long
	$(HIL) -m long

accessibility: $(STAMPS)/core $(AXE) ## Check the report's pages with axe, at the width of a phone and of a desk
	@device/port/need.sh chromium:chromium
	PLUMBLINE_AXE=$(abspath $(AXE)) $(VENV)/bin/pytest -q tests/host/test_accessibility.py

# The parsers that meet bytes of strangers are Python; those in C are fuzzed by `make fuzz`.
PYTHON_FUZZ_TARGETS := handshake bundle cbor

$(STAMPS)/fuzz-python: $(STAMPS)/core
	$(VENV)/bin/pip install -q --disable-pip-version-check -e '.[fuzz]'
	@touch $@

fuzz-python: $(STAMPS)/fuzz-python ## Fuzz the firmware's Python, handshake, bundles and CBOR, for FUZZ_SECONDS (60) each with atheris
	@for target in $(PYTHON_FUZZ_TARGETS); do \
	    mkdir -p $(FUZZ)/new-python-$$target; \
	    echo "$$target: $(FUZZ_SECONDS) s"; \
	    $(PY) tests/fuzz/fuzz.py $$target -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -verbosity=0 \
	      -artifact_prefix=$(FUZZ)/python-$$target- $(FUZZ)/new-python-$$target tests/fuzz/corpus/$$target; \
	done

.PHONY: fuzz-python check test long judges accessibility
