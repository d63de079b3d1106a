/*
 * Long register reads from I2C0 that let the core sleep while the bus works.
 *
 * machine.I2C polls: at 1 Mbit/s the two IMUs' FIFOs would keep the core awake 3 % of the time
 * for nothing.  Here the I2C block's own 16-entry FIFOs are refilled and drained by its interrupt
 * every ten bytes, and the core waits for it in WFE, at half its clock: what a waiting core takes
 * goes by that (docs/power.md).  machine.I2C has set the block up (pins, speed) and is used for
 * everything short.
 */
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/obj.h"
#include "py/runtime.h"

#include "hardware/clocks.h"
#include "hardware/i2c.h"
#include "hardware/irq.h"
#include "hardware/sync.h"
#include "pico/time.h"

#include "plumbport.h"

/* The block's FIFOs take 16.  So many commands at most are under way: all their answers find room,
 * and so do they behind the register's number.  Some are left when the answers are fetched, so that
 * the bus need not pause for it. */
#define UNDER_WAY 15u
#define RX_BATCH 10u

/* The transfer under way.  There is one block and one core, hence one of it. */
static struct {
    uint8_t *to;
    size_t wanted;           /* bytes asked for */
    size_t commanded;        /* read commands queued so far */
    size_t received;
    volatile bool done;
    volatile bool failed;
    volatile bool timed_out;
} transfer;

static bool handler_installed;

/* 62.5 MHz: more than the 48 MHz that USB and the 32 MHz that Fast-mode Plus ask of clk_sys. */
#define SLOWER 2u

/* Divides clk_sys by `by`, which it takes without a glitch (RP2040 datasheet 2.15.3.3), the bus's
 * speed, counted in its cycles, staying as it is; the block must be disabled.  Timers, USB and the
 * converter have clocks of their own; a running motor's PWM only gets coarser. */
static void pace(i2c_hw_t *hw, uint32_t high, uint32_t low, uint32_t spike, uint32_t hold,
                 uint32_t by) {
    hw->fs_scl_hcnt = high / by;
    hw->fs_scl_lcnt = low / by;
    hw->fs_spklen = spike / by != 0u ? spike / by : 1u;
    hw->sda_hold = hold / by;
    clocks_hw->clk[clk_sys].div = by << CLOCKS_CLK_SYS_DIV_INT_LSB;
}

static void move_data(void) {
    i2c_hw_t *hw = i2c0->hw;
    size_t wanted = transfer.wanted;
    size_t received = transfer.received;
    for (size_t ready = hw->rxflr; ready != 0u && received < wanted; ready--) {
        transfer.to[received++] = (uint8_t)hw->data_cmd;
    }
    transfer.received = received;
    size_t commanded = transfer.commanded;
    size_t until = received + UNDER_WAY < wanted ? received + UNDER_WAY : wanted;
    for (; commanded < until; commanded++) {
        uint32_t command = I2C_IC_DATA_CMD_CMD_BITS;
        if (commanded == 0u) {
            command |= I2C_IC_DATA_CMD_RESTART_BITS;
        }
        if (commanded + 1u == wanted) {
            command |= I2C_IC_DATA_CMD_STOP_BITS;
        }
        hw->data_cmd = command;
    }
    transfer.commanded = commanded;
    size_t left = wanted - received;
    hw->rx_tl = (left < RX_BATCH ? left : RX_BATCH) - (left != 0u ? 1u : 0u);
}

static void on_interrupt(void) {
    i2c_hw_t *hw = i2c0->hw;
    if ((hw->raw_intr_stat & I2C_IC_RAW_INTR_STAT_TX_ABRT_BITS) != 0u) {
        (void)hw->clr_tx_abrt;
        transfer.failed = true;
    } else {
        move_data();
    }
    if (transfer.failed || transfer.received == transfer.wanted) {
        hw->intr_mask = 0u;
        transfer.done = true;
    }
}

static int64_t on_timeout(alarm_id_t id, void *context) {
    (void)id;
    (void)context;
    transfer.timed_out = true;
    return 0;
}

/* i2c_read(address, register, buf, n) reads n bytes into buf.  Raises OSError: EIO when the device
 * does not answer, ETIMEDOUT when the bus is stuck. */
static mp_obj_t i2c_read(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t buf;
    mp_get_buffer_raise(args[2], &buf, MP_BUFFER_WRITE);
    mp_int_t wanted = mp_obj_get_int(args[3]);
    if (wanted < 1 || (size_t)wanted > buf.len) {
        mp_raise_ValueError(MP_ERROR_TEXT("n must be 1..len(buf)"));
    }
    if (!handler_installed) {
        irq_add_shared_handler(I2C0_IRQ, on_interrupt, PICO_SHARED_IRQ_HANDLER_DEFAULT_ORDER_PRIORITY);
        handler_installed = true;
    }
    i2c_hw_t *hw = i2c0->hw;
    transfer.to = buf.buf;
    transfer.wanted = (size_t)wanted;
    transfer.commanded = 0u;
    transfer.received = 0u;
    transfer.done = false;
    transfer.failed = false;
    transfer.timed_out = false;

    hw->enable = 0u;
    hw->tar = (uint32_t)mp_obj_get_int(args[0]);
    hw->intr_mask = 0u;
    /* The upper half of sda_hold is for receiving, and 0. */
    uint32_t high = hw->fs_scl_hcnt, low = hw->fs_scl_lcnt;
    uint32_t spike = hw->fs_spklen, hold = hw->sda_hold;
    pace(hw, high, low, spike, hold, SLOWER);
    hw->enable = 1u;
    (void)hw->clr_intr;
    hw->data_cmd = (uint32_t)mp_obj_get_int(args[1]);
    irq_set_enabled(I2C0_IRQ, true);
    /* Nine bits a byte at no less than 100 kbit/s, and as much again. */
    alarm_id_t alarm = add_alarm_in_us(2000u + (uint32_t)wanted * 180u, on_timeout, NULL, true);
    uint32_t irq = save_and_disable_interrupts();
    move_data();
    hw->intr_mask = I2C_IC_INTR_MASK_M_RX_FULL_BITS | I2C_IC_INTR_MASK_M_TX_ABRT_BITS;
    restore_interrupts(irq);
    while (!transfer.done && !transfer.timed_out) {
        __wfe();
    }
    hw->intr_mask = 0u;
    /* The STOP after the last byte is still to come; a bus that is stuck has none. */
    while (transfer.done && !transfer.failed && !transfer.timed_out
           && (hw->raw_intr_stat & I2C_IC_RAW_INTR_STAT_STOP_DET_BITS) == 0u) {
        tight_loop_contents();
    }
    cancel_alarm(alarm);
    hw->enable = 0u;
    pace(hw, high, low, spike, hold, 1u);
    hw->enable = 1u;
    if (transfer.failed || !transfer.done) {
        mp_raise_OSError(transfer.failed ? MP_EIO : MP_ETIMEDOUT);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(plumbport_i2c_read_obj, 4, 4, i2c_read);
