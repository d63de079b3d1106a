# Hardware in the loop: the suite on the virtual brace, or on what BRACE names.

BRACE ?= virtual
HIL := $(VENV)/bin/pytest -q hil_tests --brace $(BRACE) -n $(JOBS)

smoke: $(STAMPS)/core $(FIRMWARE) ## The HIL smoke suite: is this a brace? Under a minute (BRACE=virtual, a rig, a port, a serial number)
	$(HIL) -m smoke

hil: $(STAMPS)/core $(UNIX) $(FIRMWARE) ## The whole HIL suite, with records under build/hil
	$(HIL)

.PHONY: smoke hil
