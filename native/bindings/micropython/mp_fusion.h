/* What mp_fusion.c and mp_segment.c share. */
#ifndef MP_FUSION_H
#define MP_FUSION_H

#include "py/obj.h"

#include "pl_fusion.h"

typedef struct {
    mp_obj_base_t base;
    pl_ori_coef coef;
    pl_ori_state state;
    pl_fifo fifo;
    uint32_t lost;
} orientation_obj;

/* Raises ValueError for a negative PL_EFUSION_*. */
void mp_fusion_check(int result);

/* The bytes of a buffer object of at least `length`; flags: MP_BUFFER_READ, MP_BUFFER_WRITE. */
void *mp_fusion_buffer(mp_obj_t obj, size_t length, mp_uint_t flags);

/* A writable buffer object as n int32. */
int32_t *mp_fusion_int32(mp_obj_t obj, size_t n);

#endif
