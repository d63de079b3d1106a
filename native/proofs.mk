# Proofs by CBMC: one folder of native/proofs a function.

PROOFS := $(notdir $(patsubst %/proof.c,%,$(wildcard native/proofs/*/proof.c)))
PROVED := $(BUILD)/proofs

prove: $(STAMPS)/cbmc ## Prove with CBMC that no input makes the core overflow (PROOFS="name ..." for some)
	@$(MAKE) -s -j $(JOBS) $(PROOFS:%=$(PROVED)/%.ok)
	@echo "$(words $(PROOFS)) proofs hold."

$(STAMPS)/cbmc: native/proofs/cbmc.sh
	@mkdir -p $(@D)
	@native/proofs/cbmc.sh $(PLUMBLINE_CACHE)/cbmc > $@

$(PROVED)/%.ok: native/proofs/%/proof.c native/proofs/prove.sh $(wildcard native/proofs/*.h) $(wildcard native/src/pl_f*.[ch] native/include/pl_f*.h)
	@native/proofs/prove.sh $$(cat $(STAMPS)/cbmc) $(PROVED) $*
	@touch $@

.PHONY: prove
