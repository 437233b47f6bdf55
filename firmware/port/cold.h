// What cold.c does for main.c and import.c.
#pragma once

#include <stdint.h>

// Unpack what the interpreter itself needs; before mp_init.
void ezvpn_unpack_names(void);

// Unpack the group that lies there, if any does.
void ezvpn_unpack_at(uintptr_t address);
