/*
 * What a stand-in says on the I2C bus: an LSM6DSO as far as the brace asks it, whose samples come
 * from a host.  Portable C without hardware: the RP2040's part is mod_standin.c.
 *
 * One `standin` is one sensor.  The bus side is called from interrupts, a byte at a time; the host
 * side fills a ring of samples; `standin_tick` moves one sample from there into the FIFO, 104 times
 * a second.  When the host has fallen behind, the last sample stays, with a count of noise (or the
 * brace would say that its sensor is frozen), and `starved` counts.
 *
 * Modelled (ST DS12140): WHO_AM_I, the control registers as they were written, SW_RESET,
 * address increment, FIFO_CTRL4's bypass and continuous mode, watermark, FIFO_STATUS1/2 with
 * overrun, tagged words with counter and parity, OUT_TEMP (25 degC), INTERNAL_FREQ_FINE, INT1 on the
 * watermark.  Nothing else: other registers keep what is written and read as that.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <stdint.h>

#define STANDIN_WORD 7u
#define STANDIN_FIFO 512u  /* words */
#define STANDIN_RING 1024u /* samples from the host: some ten seconds */
#define STANDIN_AXES 6u

typedef struct {
    uint8_t reg[128];
    uint8_t address;  /* of the next register */
    uint8_t fresh;    /* the next byte written is an address */
    uint8_t who_am_i;
    int8_t fine; /* INTERNAL_FREQ_FINE: the rate is 6667 Hz (1 + 0.0015 fine) / 64 */
    /* The FIFO, as words. */
    uint8_t word[STANDIN_FIFO][STANDIN_WORD];
    uint32_t first, count;
    uint8_t overrun; /* since FIFO_STATUS2 was last read */
    uint8_t slot;    /* two-bit counter of the tags */
    uint8_t latch[STANDIN_WORD];
    /* From the host: gx gy gz ax ay az in counts. */
    int16_t ring[STANDIN_RING][STANDIN_AXES];
    volatile uint32_t put, taken;
    int16_t last[STANDIN_AXES];
    uint32_t chance; /* state of the noise */
    uint32_t starved;
    uint32_t samples; /* given to the brace since the start */
} standin;

void standin_init(standin *it, int8_t fine);

/* The bus: a transfer begins; a byte comes; a byte is asked for. */
void standin_begin(standin *it, int reading);
void standin_write(standin *it, uint8_t value);
uint8_t standin_read(standin *it);

/* Time: one sample period has passed. */
void standin_tick(standin *it);

/* Level of INT1. */
int standin_int1(const standin *it);

/* The host: adds n samples; how many there was room for. */
uint32_t standin_put(standin *it, const int16_t *samples, uint32_t n);

/* Room in the ring, in samples. */
uint32_t standin_room(const standin *it);

#endif
