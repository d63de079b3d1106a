/*
 * The module `plumbport`: what only the RP2040 brace has, below `brace.board`.
 *
 *   image() -> bytes     the 48-byte stamp of the running image (host/plumbline/image.py)
 *   stdin_read(buf) -> n bytes that the host has sent, without waiting
 *   usb_write(buf, n): sends bytes to the host, waits while it is slow, drops when none listens
 *   scratch(i[, value]) -> u32 number i (1 to 3), which outlives a restart but not a power cut
 *   wearer() -> whether this is the image for wearers
 *   fresh() -> whether this is the first call since the chip was reset
 *   i2c_read(address, register, buf, n): see i2c_burst.c
 *   motor(level, ms) -> ms, motor_on(): see motor.c
 */
#include "py/mphal.h"
#include "py/obj.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "hardware/structs/watchdog.h"
#include "shared/tinyusb/mp_usbd.h"
#include "shared/tinyusb/mp_usbd_cdc.h"

#include "plumbport.h"

/* Filled in by device/port/finish_image.py after linking; volatile so that no value is folded. */
typedef struct {
    char magic[8];
    uint32_t length;
    uint32_t reserved;
    uint8_t sha256[32];
} image_stamp_t;

__attribute__((used)) static const volatile image_stamp_t image_stamp = {
    .magic = { 'P', 'L', 'U', 'M', 'B', 'I', 'M', 'G' },
};

static mp_obj_t image(void) {
    return mp_obj_new_bytes((const byte *)&image_stamp, sizeof(image_stamp));
}
static MP_DEFINE_CONST_FUN_OBJ_0(image_obj, image);

static mp_obj_t stdin_read(mp_obj_t buf_in) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(buf_in, &buf, MP_BUFFER_WRITE);
    size_t n = 0;
    while (n < buf.len && (mp_hal_stdio_poll(MP_STREAM_POLL_RD) & MP_STREAM_POLL_RD)) {
        ((byte *)buf.buf)[n++] = mp_hal_stdin_rx_chr();
    }
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_1(stdin_read_obj, stdin_read);

/*
 * MicroPython's own stdout hands over one packet at a time and asks the clock before each, which
 * takes as long as the packet itself; here it is as much as there is room for.
 */
static mp_obj_t usb_write(mp_obj_t buf_in, mp_obj_t n_in) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(buf_in, &buf, MP_BUFFER_READ);
    const byte *data = buf.buf;
    uint32_t left = MIN((size_t)mp_obj_get_int(n_in), buf.len);
    mp_uint_t since = mp_hal_ticks_ms();
    while (left > 0 && tud_cdc_connected()) {
        uint32_t room = tud_cdc_write_available();
        if (room >= MIN(left, CFG_TUD_CDC_TX_BUFSIZE / 2)) {
            uint32_t n = tud_cdc_write(data, MIN(left, room));
            tud_cdc_write_flush();
            data += n;
            left -= n;
            since = mp_hal_ticks_ms();
            continue;
        }
        /* What went out makes room.  The scheduler, which would do this, may be locked. */
        mp_usbd_task();
        if (tud_cdc_write_available() > room) {
            continue;
        }
        if (mp_hal_ticks_ms() - since >= MICROPY_HW_USB_CDC_TX_TIMEOUT) {
            break;
        }
        mp_event_wait_ms(1);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(usb_write_obj, usb_write);

static mp_obj_t scratch(size_t n_args, const mp_obj_t *args) {
    mp_int_t i = mp_obj_get_int(args[0]);
    if (i < 1 || i > 3) {
        mp_raise_ValueError(MP_ERROR_TEXT("i must be 1, 2 or 3"));
    }
    uint32_t value = watchdog_hw->scratch[i];
    if (n_args > 1) {
        watchdog_hw->scratch[i] = mp_obj_get_int_truncated(args[1]);
    }
    return mp_obj_new_int_from_uint(value);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(scratch_obj, 1, 2, scratch);

#if defined(PLUMBLINE_WEARER)
/* What is compiled out with MICROPY_KBD_EXCEPTION, but called all the same: no byte interrupts. */
int mp_interrupt_char = -1;

void mp_hal_set_interrupt_char(int c) {
    (void)c;
}
#endif

static mp_obj_t wearer(void) {
    #if defined(PLUMBLINE_WEARER)
    return mp_const_true;
    #else
    return mp_const_false;
    #endif
}
static MP_DEFINE_CONST_FUN_OBJ_0(wearer_obj, wearer);

static mp_obj_t fresh(void) {
    /* In .bss, which a soft reset leaves alone. */
    static bool called;
    bool first = !called;
    called = true;
    return mp_obj_new_bool(first);
}
static MP_DEFINE_CONST_FUN_OBJ_0(fresh_obj, fresh);

static const mp_rom_map_elem_t plumbport_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_plumbport) },
    { MP_ROM_QSTR(MP_QSTR_image), MP_ROM_PTR(&image_obj) },
    { MP_ROM_QSTR(MP_QSTR_scratch), MP_ROM_PTR(&scratch_obj) },
    { MP_ROM_QSTR(MP_QSTR_wearer), MP_ROM_PTR(&wearer_obj) },
    { MP_ROM_QSTR(MP_QSTR_fresh), MP_ROM_PTR(&fresh_obj) },
    { MP_ROM_QSTR(MP_QSTR_i2c_read), MP_ROM_PTR(&plumbport_i2c_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_motor), MP_ROM_PTR(&plumbport_motor_obj) },
    { MP_ROM_QSTR(MP_QSTR_motor_on), MP_ROM_PTR(&plumbport_motor_on_obj) },
    { MP_ROM_QSTR(MP_QSTR_usb_write), MP_ROM_PTR(&usb_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_stdin_read), MP_ROM_PTR(&stdin_read_obj) },
};
static MP_DEFINE_CONST_DICT(plumbport_globals, plumbport_globals_table);

const mp_obj_module_t plumbport_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&plumbport_globals,
};

MP_REGISTER_MODULE(MP_QSTR_plumbport, plumbport_module);
