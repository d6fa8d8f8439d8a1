#include "CCRC32C.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <wmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

/// The generator, bits reversed: the lowest bit is the coefficient of the highest power.
static const uint32_t polynomial = 0x82F63B78u;

/// tables[0] steps by one byte; tables[k] by one byte followed by k zero bytes.
static uint32_t tables[8][256];

/// Below takes and gives the register itself, without the inversion at both ends.
static uint32_t (*update)(uint32_t crc, const uint8_t *next, size_t length);

static uint32_t update_portable(uint32_t crc, const uint8_t *next, size_t length) {
    for (; length >= 8; length -= 8, next += 8) {
        crc ^= (uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24;
        crc = tables[7][crc & 0xFF] ^ tables[6][crc >> 8 & 0xFF] ^ tables[5][crc >> 16 & 0xFF] ^ tables[4][crc >> 24]
            ^ tables[3][next[4]] ^ tables[2][next[5]] ^ tables[1][next[6]] ^ tables[0][next[7]];
    }
    while (length--) crc = crc >> 8 ^ tables[0][(crc ^ *next++) & 0xFF];
    return crc;
}

#if defined(__x86_64__)

#define SSE42 __attribute__((target("sse4.2")))
#define SSE42_PCLMUL __attribute__((target("sse4.2,pclmul")))

static inline uint64_t word(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

SSE42 static uint32_t update_sse42(uint32_t crc, const uint8_t *next, size_t length) {
    uint64_t wide = crc;
    for (; length >= 8; length -= 8, next += 8) wide = _mm_crc32_u64(wide, word(next));
    crc = (uint32_t)wide;
    while (length--) crc = _mm_crc32_u8(crc, *next++);
    return crc;
}

/// `crc` as it is after as many zero bytes as `power` stands for: x^(8n-33) modulo the polynomial, bits reversed. The
/// missing x^33 come from the product of reversed factors (1) and from the instruction that reduces it (32).
SSE42_PCLMUL static inline uint32_t shift(uint32_t crc, uint32_t power) {
    __m128i product = _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)crc), _mm_cvtsi32_si128((int)power), 0);
    return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

/// The instruction has a latency of three and a throughput of one: three lanes of `lane` bytes side by side keep it
/// busy. `once` and `twice` shift by one and two lanes.
SSE42_PCLMUL static inline uint32_t three_lanes(
    uint32_t crc, const uint8_t *next, size_t lane, uint32_t once, uint32_t twice) {
    uint64_t a = crc, b = 0, c = 0;
    for (const uint8_t *end = next + lane; next < end; next += 8) {
        a = _mm_crc32_u64(a, word(next));
        b = _mm_crc32_u64(b, word(next + lane));
        c = _mm_crc32_u64(c, word(next + 2 * lane));
    }
    return shift((uint32_t)a, twice) ^ shift((uint32_t)b, once) ^ (uint32_t)c;
}

SSE42_PCLMUL static uint32_t update_sse42_pclmul(uint32_t crc, const uint8_t *next, size_t length) {
    for (; length >= 3 * 2048; length -= 3 * 2048, next += 3 * 2048)
        crc = three_lanes(crc, next, 2048, 0xA51B6135u, 0x82F89C77u);
    for (; length >= 3 * 256; length -= 3 * 256, next += 3 * 256)
        crc = three_lanes(crc, next, 256, 0xB9E02B86u, 0xDD7E3B0Cu);
    return update_sse42(crc, next, length);
}

#elif defined(__aarch64__)

__attribute__((target("crc"))) static uint32_t update_arm(uint32_t crc, const uint8_t *next, size_t length) {
    for (; length >= 8; length -= 8, next += 8) {
        uint64_t value;
        memcpy(&value, next, sizeof value);
        crc = __crc32cd(crc, value);
    }
    while (length--) crc = __crc32cb(crc, *next++);
    return crc;
}

#endif

/// Runs when the program is loaded, before any thread exists: nothing here needs a lock.
__attribute__((constructor)) static void choose(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
        tables[0][byte] = crc;
    }
    for (int zeros = 1; zeros < 8; zeros++)
        for (int byte = 0; byte < 256; byte++) {
            uint32_t crc = tables[zeros - 1][byte];
            tables[zeros][byte] = crc >> 8 ^ tables[0][crc & 0xFF];
        }
    update = update_portable;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("sse4.2"))
        update = __builtin_cpu_supports("pclmul") ? update_sse42_pclmul : update_sse42;
#elif defined(__aarch64__) && defined(__linux__)
    if (getauxval(AT_HWCAP) & 1 << 7 /* HWCAP_CRC32 */) update = update_arm;
#elif defined(__aarch64__) && defined(__APPLE__)
    update = update_arm;
#endif
}

uint32_t klamm_crc32c(uint32_t crc, const void *bytes, size_t length) { return ~update(~crc, bytes, length); }

uint32_t klamm_crc32c_portable(uint32_t crc, const void *bytes, size_t length) {
    return ~update_portable(~crc, bytes, length);
}
