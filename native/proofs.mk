# Proofs by CBMC: one folder of native/proofs a function.

PROOFS := $(notdir $(patsubst %/proof.c,%,$(wildcard native/proofs/*/proof.c)))
# Those of a second or two, which `make test` runs.
QUICK_PROOFS := pl_ori_update pl_ori_stage pl_ori_init pl_ori_is_unit pl_ori_hold pl_ori_nudge \
  pl_ori_renormalise go_ahead low_pass step_still pl_fifo_word pl_ori_update_fifo fx_mul_64 sum2 fx_qmul \
  fx_rotate cordic_step add_turn pl_align_bend pl_align_finish pl_align_level pl_rel_update
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
