# Hardware in the loop: the suite on the virtual brace, or on what BRACE names.

BRACE ?= virtual
# Everything on the virtual brace; what needs hours to pass, on the unix port.
HIL := $(VENV)/bin/pytest -q hil_tests $(addprefix --brace ,$(BRACE)) -n $(JOBS)
SOAK := $(PY) -m plumbline.hil.soak
SEED ?= 1

smoke: $(STAMPS)/core $(FIRMWARE) ## The HIL smoke suite: is this a brace? Under a minute (BRACE=virtual, a rig, a port, a serial number)
	$(HIL) -m smoke

hil: $(STAMPS)/core $(UNIX) $(FIRMWARE) ## The whole HIL suite, with records under build/hil
	$(HIL) -m "not long"

# On the image time costs as much as it lasts: what the unix port does in minutes takes it an hour.
hil-image: $(STAMPS)/core $(FIRMWARE) ## Every fault that the emulated image can be given, however long it takes (some ten minutes)
	$(VENV)/bin/pytest -q hil_tests -k test_faults_ --brace virtual --hil-patient --timeout 7200 -n $(JOBS)

DAYS ?= 30
days: $(STAMPS)/core $(UNIX) ## 30 simulated days of wear on the unix port, over the wrap of its ticks: no leak, no drift, no hole (DAYS=30; 30 take hours)
	$(PY) -m plumbline.hil.days --days $(DAYS)

CUTS ?= 200
power-cuts: $(STAMPS)/core $(FIRMWARE) ## 200 power cuts in random flash commands of the emulated board, each with a start and a pull (CUTS=200, a few minutes)
	PLUMBLINE_CUTS=$(CUTS) $(VENV)/bin/pytest -q hil_tests/test_power_cuts.py --brace virtual -n $(JOBS)

soak: $(STAMPS)/core $(UNIX) $(FIRMWARE) power-cuts ## Random faults for a day on the unix port and half an hour on the emulated board, and 200 power cuts (SEED=1)
	$(SOAK) --rig unix --hours 24 --seed $(SEED)
	$(SOAK) --rig virtual --hours 0.5 --seed $(SEED)

mutants: $(STAMPS)/core $(UNIX) ## Plant defects in the firmware, one at a time, and see that each is caught
	$(PY) hil_tests/mutate.py

sbom: $(STAMPS)/core $(STAMPS)/tree ## List the software of others in plumbline, build/sbom.json (CycloneDX)
	$(PY) -m plumbline.sbom $(MPY) $(BUILD)/sbom.json

.PHONY: hil-image soak mutants sbom power-cuts days smoke hil
