// Interned names by a hash table. MicroPython looks for each text that is made among its names: 170 one by one, two lists of
// thousands by halving. A start does that 5000 times.
//
// Belongs here: qstr_find_strn, in place of MicroPython's (weak.h). Names that are made while the program runs are few and stay
// where MicroPython has them.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "py/mpstate.h"
#include "py/qstr.h"

#define PLACES (16384) // a power of two, twice the names or more

extern const qstr_pool_t MICROPY_QSTR_EXTRA_POOL;

static uint16_t places[PLACES]; // a name's number, 0: none

static void fill(void) {
    if (MICROPY_QSTR_EXTRA_POOL.total_prev_len + MICROPY_QSTR_EXTRA_POOL.len >= PLACES) {
        fputs("ezvpn: more names than places: enlarge PLACES in firmware/port/names.c\n", stderr);
        exit(1);
    }
    for (const qstr_pool_t *pool = &MICROPY_QSTR_EXTRA_POOL; pool != NULL; pool = pool->prev) {
        for (size_t i = 0; i < pool->len; i++) {
            size_t at = pool->hashes[i] % PLACES;
            while (places[at] != 0) {
                at = (at + 1) % PLACES;
            }
            places[at] = pool->total_prev_len + i;
        }
    }
}

static inline bool is(const qstr_pool_t *pool, size_t i, size_t hash, const char *text, size_t length) {
    return pool->hashes[i] == hash && pool->lengths[i] == length && memcmp(pool->qstrs[i], text, length) == 0;
}

qstr qstr_find_strn(const char *text, size_t length) {
    static bool filled;
    if (length == 0) {
        return MP_QSTR_;
    }
    if (!filled) {
        fill();
        filled = true;
    }
    size_t hash = qstr_compute_hash((const byte *)text, length);
    for (size_t at = hash % PLACES; places[at] != 0; at = (at + 1) % PLACES) {
        const qstr_pool_t *pool = &MICROPY_QSTR_EXTRA_POOL;
        while (places[at] < pool->total_prev_len) {
            pool = pool->prev;
        }
        if (is(pool, places[at] - pool->total_prev_len, hash, text, length)) {
            return places[at];
        }
    }
    for (const qstr_pool_t *pool = MP_STATE_VM(last_pool); pool != &MICROPY_QSTR_EXTRA_POOL; pool = pool->prev) {
        for (size_t i = 0; i < pool->len; i++) {
            if (is(pool, i, hash, text, length)) {
                return pool->total_prev_len + i;
            }
        }
    }
    return MP_QSTRnull;
}
