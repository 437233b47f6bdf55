// Included by MicroPython's qstr.c: its search gives way to names.c.
#pragma once

#include "py/mpconfig.h"
#include "py/misc.h"
#include "py/qstr.h"

qstr qstr_find_strn(const char *text, size_t length) __attribute__((weak));
