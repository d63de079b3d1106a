#include "mp_flash.h"

#include <string.h>

#include "py/runtime.h"

#define IOCTL_BLOCK_COUNT 4
#define IOCTL_BLOCK_SIZE 5
#define IOCTL_BLOCK_ERASE 6

static mp_obj_t ioctl(mp_obj_t device, int request, int argument) {
    mp_obj_t call[4];
    mp_load_method(device, MP_QSTR_ioctl, call);
    call[2] = MP_OBJ_NEW_SMALL_INT(request);
    call[3] = MP_OBJ_NEW_SMALL_INT(argument);
    return mp_call_method_n_kw(2, 0, call);
}

/*
 * What the device raises is kept for mp_flash_raise.  It is not yet a failure: an rp2.Flash
 * raises KeyboardInterrupt after a write that was done, and the core reads back what it writes.
 */
static void keep(mp_flash *self, void *exception) {
    if (self->error == MP_OBJ_NULL) {
        self->error = MP_OBJ_FROM_PTR(exception);
    }
}

static void blocks(mp_flash *self, qstr method, uint32_t offset, void *data, uint32_t length) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t call[5];
        mp_load_method(self->device, method, call);
        self->view->items = data;
        self->view->len = length;
        call[2] = MP_OBJ_NEW_SMALL_INT(offset / PL_SECTOR);
        call[3] = MP_OBJ_FROM_PTR(self->view);
        call[4] = MP_OBJ_NEW_SMALL_INT(offset % PL_SECTOR);
        mp_call_method_n_kw(3, 0, call);
        nlr_pop();
    } else {
        keep(self, nlr.ret_val);
    }
    self->view->items = NULL;
    self->view->len = 0;
}

static int32_t flash_read(void *context, uint32_t offset, uint8_t *data, uint32_t length) {
    mp_flash *self = context;
    if (self->mapped != NULL) {
        memcpy(data, self->mapped + offset, length);
        return 0;
    }
    mp_obj_t before = self->error;
    blocks(self, MP_QSTR_readblocks, offset, data, length);
    return self->error == before ? 0 : -1;
}

static int32_t flash_program(void *context, uint32_t offset, const uint8_t *page) {
    blocks(context, MP_QSTR_writeblocks, offset, (void *)page, PL_PAGE);
    return 0;
}

static int32_t flash_erase(void *context, uint32_t offset) {
    mp_flash *self = context;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        ioctl(self->device, IOCTL_BLOCK_ERASE, (int)(offset / PL_SECTOR));
        nlr_pop();
    } else {
        keep(self, nlr.ret_val);
    }
    return 0;
}

void mp_flash_init(mp_flash *self, mp_obj_t device) {
    if (mp_obj_get_int(ioctl(device, IOCTL_BLOCK_SIZE, 0)) != PL_SECTOR) {
        mp_raise_ValueError(MP_ERROR_TEXT("flash blocks are not of 4096 bytes"));
    }
    self->flash.read = flash_read;
    self->flash.program = flash_program;
    self->flash.erase = flash_erase;
    self->flash.context = self;
    self->device = device;
    self->sectors = (uint32_t)mp_obj_get_int(ioctl(device, IOCTL_BLOCK_COUNT, 0));
    self->view = MP_OBJ_TO_PTR(mp_obj_new_memoryview('B' | MP_OBJ_ARRAY_TYPECODE_FLAG_RW, 0, NULL));
    self->error = MP_OBJ_NULL;
    mp_buffer_info_t info;
    self->mapped = NULL;
    if (mp_get_buffer(device, &info, MP_BUFFER_READ) && info.len >= self->sectors * PL_SECTOR) {
        self->mapped = info.buf;
    }
}

void mp_flash_raise(mp_flash *self) {
    if (self->error != MP_OBJ_NULL) {
        mp_obj_t error = self->error;
        self->error = MP_OBJ_NULL;
        nlr_raise(error);
    }
}
