# Plumbline.  `make help` lists every target.  Each folder brings its own targets in a .mk file.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
BUILD := build
STAMPS := $(BUILD)/stamps
JOBS ?= $(shell nproc)
# Recordings to tune and test on; never part of the repository.
export PLUMBLINE_DATA ?= $(abspath ../shared/data)
# Downloaded and unpacked sources of others, shared by all clones on a machine.
export PLUMBLINE_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/plumbline

NATIVE_SOURCES := $(wildcard native/src/*.c native/src/*.h native/include/*.h)

help: ## List every target
	@grep -hE '^[a-zA-Z0-9_-]+:.*## ' $(MAKEFILE_LIST) | sort \
	  | awk 'BEGIN {FS = ":.*## "} {printf "  %-16s %s\n", $$1, $$2}'

setup: $(STAMPS)/core ## Make .venv with plumbline, its tools and the C core in it

$(STAMPS)/venv: pyproject.toml setup.py
	@device/port/need.sh $(PYTHON):python3 python3-venv:python3-venv \
	  python3-dev:python3-dev gcc:gcc file:/usr/include/stdio.h:libc6-dev
	@test -x $(VENV)/bin/pip || $(PYTHON) -m venv --clear $(VENV)  # anew where one was interrupted
	$(VENV)/bin/pip install -q --disable-pip-version-check 'setuptools>=77' 'cffi>=1.17'
	$(VENV)/bin/pip install -q --disable-pip-version-check -e '.[dev,virtual,test]'
	@mkdir -p $(@D) && touch $@

$(STAMPS)/core: $(STAMPS)/venv $(NATIVE_SOURCES) $(wildcard native/bindings/cffi/* native/nor/*.[ch] host/plumbline/virtual/thumb/*.[ch])
	@$(PY) setup.py -q build_ext --inplace > $(BUILD)/core.log 2>&1 || { cat $(BUILD)/core.log; false; }
	@touch $@

lint: $(STAMPS)/venv ## Check the style of the Python sources
	$(VENV)/bin/ruff check .

clean: ## Remove everything that was built (not the download cache)
	rm -rf $(BUILD) $(VENV) host/plumbcore/_core.* host/plumbline/virtual/thumb/_thumb.* host/plumbline/virtual/_nor.* host/*.egg-info

.PHONY: help setup lint clean

include $(wildcard native/*.mk device/*.mk host/*.mk tests/*.mk hil_tests/*.mk)
