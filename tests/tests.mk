# `make check` is the fast part, `make test` everything.

PYTEST := $(VENV)/bin/pytest -q -n $(JOBS) --dist worksteal

check: $(STAMPS)/core $(UNIX) lint ## The fast tests: native, device, host; under a minute
	$(PYTEST) tests -m "not slow"

# How often properties are tried.
test: export PLUMBLINE_EXAMPLES ?= 300
test: $(STAMPS)/core $(UNIX) $(FIRMWARE) lint ## Set everything up and pass all tests, HIL on the virtual brace included
	@device/port/need.sh chromium:chromium
	$(PYTEST) tests
	$(HIL)

.PHONY: check test
