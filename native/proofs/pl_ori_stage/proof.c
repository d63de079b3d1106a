// replace: find_lean apply_lean filter_row find_rest learn_bias
#include "fusion.h"
#include "pl_fusion_block.c"

pl_ori_state st;
pl_ori_coef co;
/* Which of the parts was called: 1 shifted by its stage. */
unsigned called;

void find_lean_contract(pl_ori_state *state, const pl_ori_coef *coef) {
    PROVE(state == &st && coef == &co);
    called |= 1u << 0;
}

void apply_lean_contract(pl_ori_state *state) {
    PROVE(state == &st);
    called |= 1u << 1;
}

void filter_row_contract(pl_ori_state *state, const pl_ori_coef *coef, unsigned row) {
    PROVE(state == &st && coef == &co && row < 2);
    called |= 1u << 2;
}

void find_rest_contract(pl_ori_state *state, const pl_ori_coef *coef) {
    PROVE(state == &st && coef == &co);
    called |= 1u << 4;
}

void learn_bias_contract(pl_ori_state *state, const pl_ori_coef *coef) {
    PROVE(state == &st && coef == &co);
    called |= 1u << 6;
}

/* A stage is the part of that number, or before the first full block empties the same sums; of
   body_ok it touches the count of blocks alone. */
void proof(void) {
    unsigned stage = any_uint32();
    ANY(st);
    ANY(co);
    called = 0;
    ASSUME(stage < BLOCK_STAGES && st.block < 12);
    pl_ori_state was = st;
    pl_ori_stage(&st, &co, stage);
    PROVE(st.block < 12);
    if (was.begun & PL_ORI_BEGUN_BLOCK) {
        PROVE(called == ((1u << stage) & 0x57u));
    } else {
        PROVE(called == 0);
        PROVE(stage != 0 || all_upto(st.sum_force, 3, 0));
        PROVE(stage != 4 || all_upto(st.sum_raw, 6, 0));
    }
    was.block = st.block;
    was.seen = st.seen;
    was.begun = st.begun;
    for (int i = 0; i < 6; i++) {
        PROVE(stage == 4 || was.sum_raw[i] == st.sum_raw[i]);
        PROVE(stage == 0 || was.sum_force[i >> 1] == st.sum_force[i >> 1]);
    }
    PROVE(was.q[0] == st.q[0] && was.q[1] == st.q[1] && was.q[2] == st.q[2] && was.q[3] == st.q[3]);
    PROVE(was.start == st.start && was.settle == st.settle && was.sample == st.sample);
}
