/*
 * The vibration motor, with the cap that no software above can lift.
 *
 * motor(level, ms) drives the motor's pin by PWM and arms a hardware alarm that ends the burst,
 * whatever the Python program does meanwhile.  One burst lasts 1 s at most; all bursts together
 * draw on a budget of 20 s that refills at a tenth of real time, so a program gone wild vibrates
 * 10 % of the time at most.  The budget outlives a watchdog reset in the watchdog's scratch
 * register 0; a dead program's alarm has ended its burst before the watchdog bites.
 */
#include "py/obj.h"
#include "py/runtime.h"

#include "hardware/gpio.h"
#include "hardware/pwm.h"
#include "hardware/structs/watchdog.h"
#include "pico/time.h"

#include "plumbport.h"

#define MOTOR_PIN 15u
/* Above hearing would be nicer, but the emulator and the EMC budget prefer few edges. */
#define PWM_HZ 1000u
#define BURST_MAX_MS 1000u
#define BUDGET_MAX_MS 20000u
#define REFILL_DIVISOR 10u
#define SCRATCH_MAGIC 0x4D540000u
#define SCRATCH_MAGIC_MASK 0xFFFF0000u

static bool initialised;
static uint32_t budget_ms;
static uint64_t budget_at_us;
static alarm_id_t off_alarm = -1;

static void motor_stop(void) {
    pwm_set_gpio_level(MOTOR_PIN, 0);
    pwm_set_enabled(pwm_gpio_to_slice_num(MOTOR_PIN), false);
    gpio_init(MOTOR_PIN);
    gpio_put(MOTOR_PIN, 0);
    gpio_set_dir(MOTOR_PIN, true);
}

static int64_t on_off_alarm(alarm_id_t id, void *context) {
    (void)id;
    (void)context;
    off_alarm = -1;
    motor_stop();
    return 0;
}

static void refill(void) {
    uint64_t now = time_us_64();
    if (!initialised) {
        initialised = true;
        uint32_t kept = watchdog_hw->scratch[0];
        bool valid = (kept & SCRATCH_MAGIC_MASK) == SCRATCH_MAGIC;
        budget_ms = valid ? (kept & ~SCRATCH_MAGIC_MASK) : BUDGET_MAX_MS;
        budget_at_us = now;
    }
    uint64_t gained = (now - budget_at_us) / 1000u / REFILL_DIVISOR;
    if (gained != 0u) {
        budget_at_us += gained * 1000u * REFILL_DIVISOR;
        uint64_t sum = budget_ms + gained;
        budget_ms = sum < BUDGET_MAX_MS ? (uint32_t)sum : BUDGET_MAX_MS;
    }
}

/* motor(level 0..65535, ms) -> ms that the burst will really last (0: the budget is spent). */
static mp_obj_t motor(mp_obj_t level_in, mp_obj_t ms_in) {
    mp_int_t level = mp_obj_get_int(level_in);
    mp_int_t ms = mp_obj_get_int(ms_in);
    if (level < 0 || level > 65535 || ms < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("level must be 0..65535 and ms not negative"));
    }
    if (off_alarm >= 0) {
        cancel_alarm(off_alarm);
        off_alarm = -1;
    }
    motor_stop();
    refill();
    uint32_t burst = (uint32_t)ms < BURST_MAX_MS ? (uint32_t)ms : BURST_MAX_MS;
    if (burst > budget_ms) {
        burst = budget_ms;
    }
    if (level == 0 || burst == 0u) {
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    budget_ms -= burst;
    watchdog_hw->scratch[0] = SCRATCH_MAGIC | budget_ms;
    off_alarm = add_alarm_in_ms(burst, on_off_alarm, NULL, true);
    if (off_alarm < 0) {
        /* No alarm, no burst: a motor that nothing stops is worse than a cue that is missed. */
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    if (level == 65535) {
        gpio_put(MOTOR_PIN, 1);
    } else {
        uint slice = pwm_gpio_to_slice_num(MOTOR_PIN);
        pwm_config config = pwm_get_default_config();
        pwm_config_set_clkdiv(&config, 125000000.0f / (PWM_HZ * 65536.0f));
        pwm_init(slice, &config, false);
        pwm_set_gpio_level(MOTOR_PIN, (uint16_t)level);
        gpio_set_function(MOTOR_PIN, GPIO_FUNC_PWM);
        pwm_set_enabled(slice, true);
    }
    return MP_OBJ_NEW_SMALL_INT(burst);
}
MP_DEFINE_CONST_FUN_OBJ_2(plumbport_motor_obj, motor);

/* motor_on() -> whether a burst is under way. */
static mp_obj_t motor_on(void) {
    return mp_obj_new_bool(off_alarm >= 0);
}
MP_DEFINE_CONST_FUN_OBJ_0(plumbport_motor_on_obj, motor_on);
