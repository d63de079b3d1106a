/*
 * Bytes to the host, in the place of MicroPython's mp_usbd_cdc_tx_strn (the linker's --wrap in
 * micropython.cmake).
 *
 * That one takes for granted that TinyUSB overwrites what nobody fetches while no host listens.
 * It does so when a program has closed the port.  When the cable is pulled, or the host falls
 * asleep, from under a program that listens, the port was never closed: the buffer fills, takes
 * nothing more, and the loop that waits for it does so until the watchdog bites.  Here what finds
 * no room is dropped.
 */
#include <stddef.h>

#include "py/mphal.h"
#include "py/runtime.h"

/* TinyUSB as well. */
#include "mp_usbd.h"

mp_uint_t __wrap_mp_usbd_cdc_tx_strn(const char *str, mp_uint_t len);

/* Sends `len` bytes, waiting up to MICROPY_HW_USB_CDC_TX_TIMEOUT ms for each piece of them when a
 * host is slow.  Returns how many were taken. */
mp_uint_t __wrap_mp_usbd_cdc_tx_strn(const char *str, mp_uint_t len) {
    if (!tusb_inited()) {
        return 0;
    }
    size_t sent = 0;
    while (sent < len) {
        size_t piece = MIN(len - sent, CFG_TUD_CDC_EP_BUFSIZE);
        mp_uint_t begun = mp_hal_ticks_ms();
        while (tud_cdc_connected() && tud_cdc_write_available() < piece
               && (mp_uint_t)(mp_hal_ticks_ms() - begun) < MICROPY_HW_USB_CDC_TX_TIMEOUT) {
            mp_event_wait_ms(1);
            /* The scheduler may be locked. */
            mp_usbd_task();
        }
        if (tud_cdc_connected()) {
            piece = MIN(piece, tud_cdc_write_available());
        }
        /* With the port closed this overwrites the oldest. */
        uint32_t taken = tud_cdc_write(str + sent, piece);
        tud_cdc_write_flush();
        if (taken == 0u) {
            break;
        }
        sent += taken;
    }
    return sent;
}
