// RFC 1951, whole at once, from memory to memory; what MicroPython brings along reads bit by bit, which takes five times as long.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Inflate `length` bytes to exactly `size`. False for anything else; neither buffer is left.
bool edge_inflate(const uint8_t *in, size_t length, uint8_t *out, size_t size);
