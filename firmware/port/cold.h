// What cold.c does for main.c.
#pragma once

// Unpack what the interpreter itself needs; before mp_init.
void ezvpn_unpack_names(void);
