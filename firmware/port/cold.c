// Frozen modules that are kept packed until somebody imports one of them.
//
// Belongs here: unpacking. Their data is linked like that of every frozen module, but into a section of its own at EDGE_COLD;
// after linking, ezvpn_firmware.pack takes it out of the file and puts it back deflated, behind the place where it belongs.
// The first import maps that place and inflates (RFC 1951) each byte to the address it was linked for, so nothing is relocated,
// nothing is on the heap, and a machine that never opens a console never has the memory.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "py/frozenmod.h"
#include "py/runtime.h"
#include "lib/uzlib/tinflate.c" // RFC 1951; nothing else in this binary inflates

// Written by ezvpn_firmware.pack into the linked file; all 0: nothing is packed.
struct packed {
    uintptr_t at;      // where the deflated bytes are mapped
    uintptr_t length;  // of the deflated bytes
    uintptr_t to;      // where they are inflated to
    uintptr_t size;    // of the inflated bytes
};
__attribute__((used)) const volatile struct packed ezvpn_packed = {0, 0, 0, 0};

static void unpack(void) {
    static bool done;
    size_t size = ezvpn_packed.size;
    if (done || size == 0) {
        return;
    }
    void *to = (void *)ezvpn_packed.to;
    if (mmap(to, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != to) {
        mp_raise_type(&mp_type_MemoryError);
    }
    uzlib_uncomp_t stream = {0};
    stream.source = (const unsigned char *)ezvpn_packed.at;
    stream.source_limit = stream.source + ezvpn_packed.length;
    uzlib_uncompress_init(&stream, NULL, 0);
    stream.dest_start = stream.dest = to;
    stream.dest_limit = stream.dest + size;
    int result = uzlib_uncompress(&stream);
    if (result < 0 || stream.dest != stream.dest_limit) {
        // The file itself is damaged: nothing that is told to the caller would help.
        fputs("ezvpn: this program file is damaged: install it again\n", stderr);
        exit(1);
    }
    mprotect(to, size, PROT_READ);
    done = true;
}

// As mp_find_frozen_module, which builtinimport.c calls by this name (edge.mk); a packed module is there when this returns.
mp_import_stat_t ezvpn_find_frozen_module(const char *path, int *type, void **data);
mp_import_stat_t ezvpn_find_frozen_module(const char *path, int *type, void **data) {
    mp_import_stat_t found = mp_find_frozen_module(path, type, data);
    if (found == MP_IMPORT_STAT_FILE && type != NULL && *type == MP_FROZEN_MPY && (uintptr_t)*data - ezvpn_packed.to < ezvpn_packed.size) {
        unpack();
    }
    return found;
}
