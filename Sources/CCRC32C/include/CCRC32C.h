#ifndef KLAMM_CRC32C_H
#define KLAMM_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli) of `length` bytes, continued from `crc` (0 to begin).
uint32_t klamm_crc32c(uint32_t crc, const void *bytes, size_t length);

/// The same without the processor's instruction: for machines that lack it, and to check the fast one against.
uint32_t klamm_crc32c_portable(uint32_t crc, const void *bytes, size_t length);

#endif
