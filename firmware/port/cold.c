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
#include <sys/mman.h>
#include <unistd.h>

#include "cold.h"
#include "inflate.h"
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
    // The packed bytes are still in the file, should anybody want them; in memory they were wanted once. Those of all groups: the
    // kernel has mapped some beside them.
    const volatile struct packed *last = &ezvpn_packed[EZVPN_GROUPS - 1];
    uintptr_t page = sysconf(_SC_PAGESIZE), first = ezvpn_packed[0].at & ~(page - 1);
    madvise((void *)first, last->at + last->length - first, MADV_DONTNEED);
    done[group] = true;
}

// Called first of all: the interpreter's names are among what is packed.
void ezvpn_unpack_names(void) {
    unpack(0);
}

void ezvpn_unpack_at(uintptr_t address) {
    for (int group = 1; group < EZVPN_GROUPS; group++) {
        if (address - ezvpn_packed[group].to < ezvpn_packed[group].size) {
            unpack(group);
        }
    }
}
