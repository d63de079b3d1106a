/*
 * The module `standin` of the stand-in's image: two sensors of standin.h on the RP2040's two I2C
 * blocks in target mode, 0x6A on I2C0 (GPIO 4 and 5) and 0x6B on I2C1 (GPIO 2 and 3), both wired to
 * the brace's bus; their INT1 on GPIO 6 and 7.
 *
 *   start(), stop()          joins the bus, leaves it
 *   put(sensor, buf) -> n    adds samples (int16 gx gy gz ax ay az), as many as there is room for
 *   status(sensor) -> (room, given, starved, words in the FIFO)
 *   identity(sensor, value)  WHO_AM_I
 */
#include <string.h>

#include "py/obj.h"
#include "py/runtime.h"

#include "hardware/gpio.h"
#include "hardware/i2c.h"
#include "hardware/irq.h"
#include "hardware/sync.h"
#include "pico/time.h"

#include "standin.h"

#define SENSORS 2u

static const struct {
    uint8_t address, sda, scl, int1;
    int8_t fine;
} PLACE[SENSORS] = { { 0x6A, 4, 5, 6, 1 }, { 0x6B, 2, 3, 7, -1 } };

static standin sensor[SENSORS];
static repeating_timer_t ticker[SENSORS];
static bool running;

static i2c_inst_t *block(unsigned i) {
    return i == 0u ? i2c0 : i2c1;
}

static void serve(unsigned i) {
    i2c_hw_t *hw = block(i)->hw;
    standin *it = &sensor[i];
    uint32_t why = hw->intr_stat;
    while (hw->rxflr != 0u) {
        uint32_t data = hw->data_cmd;
        /* Told by the byte and not by START_DET, which may be the next transfer's already. */
        if (data & I2C_IC_DATA_CMD_FIRST_DATA_BYTE_BITS) {
            standin_begin(it, 0);
        }
        standin_write(it, (uint8_t)data);
    }
    if (why & I2C_IC_INTR_STAT_R_RD_REQ_BITS) {
        (void)hw->clr_rd_req;
        hw->data_cmd = standin_read(it);
    }
    if (why & I2C_IC_INTR_STAT_R_TX_ABRT_BITS) {
        (void)hw->clr_tx_abrt;
    }
    gpio_put(PLACE[i].int1, standin_int1(it));
}

static void on_i2c0(void) {
    serve(0);
}

static void on_i2c1(void) {
    serve(1);
}

static bool on_tick(repeating_timer_t *timer) {
    unsigned i = (unsigned)(uintptr_t)timer->user_data;
    standin_tick(&sensor[i]);
    gpio_put(PLACE[i].int1, standin_int1(&sensor[i]));
    return true;
}

/* 64 periods of 6667 Hz (1 + 0.0015 fine). */
static int64_t period_us(int8_t fine) {
    return 64000000LL * 10000 / (6667LL * (10000 + 15 * fine));
}

static mp_obj_t start(void) {
    if (running) {
        return mp_const_none;
    }
    for (unsigned i = 0; i < SENSORS; i++) {
        standin_init(&sensor[i], PLACE[i].fine);
        gpio_init(PLACE[i].int1);
        gpio_set_dir(PLACE[i].int1, true);
        i2c_init(block(i), 1000000);
        i2c_set_slave_mode(block(i), true, PLACE[i].address);
        gpio_set_function(PLACE[i].sda, GPIO_FUNC_I2C);
        gpio_set_function(PLACE[i].scl, GPIO_FUNC_I2C);
        block(i)->hw->intr_mask = I2C_IC_INTR_MASK_M_RX_FULL_BITS | I2C_IC_INTR_MASK_M_RD_REQ_BITS |
            I2C_IC_INTR_MASK_M_TX_ABRT_BITS;
        unsigned irq = i == 0u ? I2C0_IRQ : I2C1_IRQ;
        irq_add_shared_handler(irq, i == 0u ? on_i2c0 : on_i2c1,
            PICO_SHARED_IRQ_HANDLER_DEFAULT_ORDER_PRIORITY);
        irq_set_enabled(irq, true);
        add_repeating_timer_us(-period_us(PLACE[i].fine), on_tick, (void *)(uintptr_t)i, &ticker[i]);
    }
    running = true;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(start_obj, start);

static mp_obj_t stop(void) {
    for (unsigned i = 0; running && i < SENSORS; i++) {
        cancel_repeating_timer(&ticker[i]);
        irq_set_enabled(i == 0u ? I2C0_IRQ : I2C1_IRQ, false);
        irq_remove_handler(i == 0u ? I2C0_IRQ : I2C1_IRQ, i == 0u ? on_i2c0 : on_i2c1);
        i2c_deinit(block(i));
    }
    running = false;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(stop_obj, stop);

static standin *which(mp_obj_t obj) {
    mp_int_t i = mp_obj_get_int(obj);
    if (i < 0 || i >= (mp_int_t)SENSORS) {
        mp_raise_ValueError(MP_ERROR_TEXT("sensor is 0 (S) or 1 (L)"));
    }
    return &sensor[i];
}

static mp_obj_t put(mp_obj_t index, mp_obj_t samples) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(samples, &info, MP_BUFFER_READ);
    uint32_t n = (uint32_t)(info.len / (STANDIN_AXES * sizeof(int16_t)));
    return MP_OBJ_NEW_SMALL_INT(standin_put(which(index), info.buf, n));
}
static MP_DEFINE_CONST_FUN_OBJ_2(put_obj, put);

static mp_obj_t status(mp_obj_t index) {
    standin *it = which(index);
    mp_obj_t said[4] = {
        MP_OBJ_NEW_SMALL_INT(standin_room(it)),
        mp_obj_new_int_from_uint(it->samples),
        mp_obj_new_int_from_uint(it->starved),
        MP_OBJ_NEW_SMALL_INT(it->count),
    };
    return mp_obj_new_tuple(4, said);
}
static MP_DEFINE_CONST_FUN_OBJ_1(status_obj, status);

static mp_obj_t identity(mp_obj_t index, mp_obj_t value) {
    which(index)->who_am_i = (uint8_t)mp_obj_get_int(value);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(identity_obj, identity);

static const mp_rom_map_elem_t standin_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_standin) },
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&start_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&stop_obj) },
    { MP_ROM_QSTR(MP_QSTR_put), MP_ROM_PTR(&put_obj) },
    { MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&status_obj) },
    { MP_ROM_QSTR(MP_QSTR_identity), MP_ROM_PTR(&identity_obj) },
};
static MP_DEFINE_CONST_DICT(standin_globals, standin_table);

const mp_obj_module_t standin_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&standin_globals,
};

MP_REGISTER_MODULE(MP_QSTR_standin, standin_module);
