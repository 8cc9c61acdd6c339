#pragma once
// CRC32C: the checksum of files (Castagnoli's polynomial, as in iSCSI, ext4 and RocksDB).
//
//     uint32_t sum = crc32c(0, head);
//     sum = crc32c(sum, body);         // the same as over both at once
//
// It finds every single flipped bit and every burst of up to 32; it is no proof against somebody
// who means harm. Where the processor has the instruction (SSE4.2) it runs at some 6 GB/s, else at
// 0.4.

#include "base/slice.h"

// The sum of what came before (0: nothing) and of `bytes`.
uint32_t crc32c(uint32_t crc, Slice bytes);
// The same without the instruction.
uint32_t crc32c_plain(uint32_t crc, Slice bytes);
