/*
 * CRC-32 of the wire, the log and the parameter copies: IEEE 802.3, polynomial 0x04C11DB7
 * reflected (0xEDB88320), initial and final value inverted; the same as zlib's crc32().
 */
#ifndef PL_CRC_H
#define PL_CRC_H

#include <stdint.h>

/*
 * CRC of `length` bytes at `data`, continuing from `crc`, which is 0 at the start:
 * pl_crc32(pl_crc32(0, a, n), b, m) is the CRC of a followed by b.  `data` may be NULL if
 * `length` is 0.
 */
uint32_t pl_crc32(uint32_t crc, const uint8_t *data, uint32_t length);

#endif
