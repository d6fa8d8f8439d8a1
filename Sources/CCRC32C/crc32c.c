#include "CCRC32C.h"

uint32_t klamm_crc32c_portable(uint32_t crc, const void *bytes, size_t length) {
    const uint8_t *next = bytes;
    crc = ~crc;
    while (length--) {
        crc ^= *next++;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
    }
    return ~crc;
}

uint32_t klamm_crc32c(uint32_t crc, const void *bytes, size_t length) {
    return klamm_crc32c_portable(crc, bytes, length);
}
