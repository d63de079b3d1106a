/*
 * plumbcore.Window and plumbcore.scores: see pl_window.h and host/plumbcore/window.py, which has
 * the same names and arguments.  Only the constructor allocates.
 */
#include "py/runtime.h"

#include "mp_areas.h"
#include "pl_pipe.h"
#include "pl_window.h"

typedef struct {
    mp_obj_base_t base;
    pl_window window;
} window_obj;

static mp_obj_t window_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    window_obj *self = mp_obj_malloc(window_obj, type);
    pl_window_init(&self->window);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t window_push(mp_obj_t self_in, mp_obj_t blocks, mp_obj_t index_in) {
    window_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t data;
    mp_get_buffer_raise(blocks, &data, MP_BUFFER_READ);
    mp_int_t index = mp_obj_get_int(index_in);
    if (index < 0 || (size_t)index >= data.len / (PL_BLOCK_FIELDS * sizeof(int32_t))) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too small"));
    }
    const int32_t *block = (const int32_t *)data.buf + (size_t)index * PL_BLOCK_FIELDS;
    return mp_obj_new_bool(pl_window_push(&self->window, block + PL_BLOCK_MOVE));
}
static MP_DEFINE_CONST_FUN_OBJ_3(window_push_obj, window_push);

static mp_obj_t window_vector(mp_obj_t self_in, mp_obj_t out_in) {
    window_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t out;
    mp_get_buffer_raise(out_in, &out, MP_BUFFER_WRITE);
    if (out.len < PL_WINDOW_FIELDS * sizeof(int16_t)) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too small"));
    }
    pl_window_vector(&self->window, out.buf);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(window_vector_obj, window_vector);

static const mp_rom_map_elem_t window_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_push), MP_ROM_PTR(&window_push_obj) },
    { MP_ROM_QSTR(MP_QSTR_vector), MP_ROM_PTR(&window_vector_obj) },
};
static MP_DEFINE_CONST_DICT(window_locals, window_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(plumbcore_window_type, MP_QSTR_Window, MP_TYPE_FLAG_NONE,
    make_new, window_make_new, locals_dict, &window_locals);

static mp_obj_t plumbcore_scores(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t weights, offsets, x, out;
    mp_get_buffer_raise(args[0], &weights, MP_BUFFER_READ);
    mp_get_buffer_raise(args[1], &offsets, MP_BUFFER_READ);
    mp_get_buffer_raise(args[3], &x, MP_BUFFER_READ);
    mp_get_buffer_raise(args[5], &out, MP_BUFFER_WRITE);
    mp_int_t shift = mp_obj_get_int(args[2]);
    mp_int_t first = mp_obj_get_int(args[4]);
    size_t rows = offsets.len / sizeof(int32_t);
    size_t columns = rows != 0u ? weights.len / (sizeof(int16_t) * rows) : 0u;
    if (rows == 0u || shift < 0 || shift > 31 || first < 0
        || (size_t)first + columns > x.len / sizeof(int16_t)
        || out.len < rows * sizeof(int32_t)) {
        mp_raise_ValueError(MP_ERROR_TEXT("sizes do not fit"));
    }
    pl_window_scores(weights.buf, offsets.buf, (uint32_t)rows, (uint32_t)columns, (uint32_t)shift,
        (const int16_t *)x.buf + first, out.buf);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(plumbcore_scores_obj, 6, 6, plumbcore_scores);
