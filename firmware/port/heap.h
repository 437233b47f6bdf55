// The heap that main.c has mapped.
#pragma once

#include <stddef.h>

extern char *ezvpn_heap;
extern size_t ezvpn_heap_bytes;
