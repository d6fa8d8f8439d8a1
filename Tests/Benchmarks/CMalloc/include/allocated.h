#ifndef KLAMM_ALLOCATED_H
#define KLAMM_ALLOCATED_H

#include <stddef.h>

/// Bytes that malloc has given out and not got back, those of whole mappings among them.
size_t klamm_allocated_bytes(void);

#endif
