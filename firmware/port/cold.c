// Frozen modules and names that are kept packed until they are needed: group 0 when the program starts, each of the others when
// somebody imports one of its modules.
//
// Belongs here: unpacking. Their data is linked like that of every frozen module, but into a section of its own; after linking,
// ezvpn_firmware.pack takes it out of the file and puts it back deflated, behind the place where it belongs. Unpacking maps that
// place and inflates (RFC 1951) each byte to the address it was linked for, so nothing is relocated, nothing is on the heap, and
// a machine that never opens a console never has its memory taken.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cold.h"
#include "inflate.h"
#include "py/bc.h"
#include "py/frozenmod.h"
#include "py/runtime.h"
#include "lib/uzlib/crc32.c" // for binascii.crc32, see edge.mk

// Written by ezvpn_firmware.pack into the linked file; all 0: nothing is packed.
struct packed {
    uintptr_t at;      // where the deflated bytes are mapped
    uintptr_t length;  // of the deflated bytes
    uintptr_t to;      // where they are inflated to
    uintptr_t size;    // of the inflated bytes
};
__attribute__((used)) const volatile struct packed ezvpn_packed[EZVPN_GROUPS] = {{0}};

static void stop(const char *why) {
    fputs(why, stderr);
    exit(1);
}

static void unpack(int group) {
    static bool done[EZVPN_GROUPS];
    const volatile struct packed *packed = &ezvpn_packed[group];
    size_t size = packed->size;
    if (done[group] || size == 0) {
        return;
    }
    void *to = (void *)packed->to;
    if (mmap(to, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != to) {
        stop("ezvpn: not enough memory to unpack the program\n");
    }
    if (!edge_inflate((const uint8_t *)packed->at, packed->length, to, size)) {
        stop("ezvpn: this program file is damaged: install it again\n");
    }
    mprotect(to, size, PROT_READ);
    // The packed bytes are still in the file, should anybody want them; in memory they were wanted once.
    uintptr_t page = sysconf(_SC_PAGESIZE), first = packed->at & ~(page - 1);
    madvise((void *)first, packed->at + packed->length - first, MADV_DONTNEED);
    done[group] = true;
}

// Called first of all: the interpreter's names are among what is packed.
void ezvpn_unpack_names(void) {
    unpack(0);
}

extern const char mp_frozen_names[];
extern const mp_frozen_module_t *const mp_frozen_mpy_content[];

// Where each name of mp_frozen_names begins; they are sorted (ezvpn_firmware.frozen), so that a search takes 9 steps, not 284.
static uint16_t names_at[EZVPN_MODULES];

static void find_names(void) {
    const char *name = mp_frozen_names;
    for (size_t i = 0; i < EZVPN_MODULES; i++) {
        names_at[i] = name - mp_frozen_names;
        name += strlen(name) + 1;
    }
}

// The first name that is not before `wanted`; EZVPN_MODULES: all are.
static size_t first_from(const char *wanted) {
    size_t low = 0, high = EZVPN_MODULES;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(mp_frozen_names + names_at[middle], wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// In place of mp_find_frozen_module, for builtinimport.c (edge.mk). A packed module is there when this returns.
mp_import_stat_t ezvpn_find_frozen_module(const char *path, int *type, void **data);
mp_import_stat_t ezvpn_find_frozen_module(const char *path, int *type, void **data) {
    if (type != NULL) {
        *type = MP_FROZEN_NONE;
    }
    if (names_at[EZVPN_MODULES - 1] == 0) {
        find_names();
    }
    size_t length = strlen(path), at = first_from(path);
    if (at == EZVPN_MODULES) {
        return MP_IMPORT_STAT_NO_EXIST;
    }
    if (strcmp(mp_frozen_names + names_at[at], path) != 0) {
        // A folder is what stands in front of a slash; `ezvpn/ike.py` comes before `ezvpn/ike/`.
        for (; at < EZVPN_MODULES && strncmp(mp_frozen_names + names_at[at], path, length) == 0; at++) {
            if (mp_frozen_names[names_at[at] + length] == '/') {
                return MP_IMPORT_STAT_DIR;
            }
        }
        return MP_IMPORT_STAT_NO_EXIST;
    }
    if (type != NULL) {
        uintptr_t module = (uintptr_t)mp_frozen_mpy_content[at];
        for (int group = 1; group < EZVPN_GROUPS; group++) {
            if (module - ezvpn_packed[group].to < ezvpn_packed[group].size) {
                unpack(group);
            }
        }
        *type = MP_FROZEN_MPY;
        *data = (void *)module;
    }
    return MP_IMPORT_STAT_FILE;
}
