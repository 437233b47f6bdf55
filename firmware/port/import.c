// How `import` finds modules: what MicroPython does, without its detours.
//
// Belongs here: the two functions that stand in for MicroPython's own. Not here: where a module's bytes come from (`cold.c`).
// A start runs 800 import statements and asks 600 times whether a frozen file or folder is there.

#include <string.h>

#include "cold.h"
#include "py/bc.h"
#include "py/builtin.h"
#include "py/frozenmod.h"
#include "py/runtime.h"

extern const char mp_frozen_names[];
extern const mp_frozen_module_t *const mp_frozen_mpy_content[];

// Where each of the names begins; they are sorted (ezvpn_firmware.frozen), so that a search takes 9 steps, not 284.
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

// In place of mp_find_frozen_module (edge.mk). A packed module is there when this returns.
mp_import_stat_t ezvpn_find_frozen_module(const char *path, int *type, void **data);
mp_import_stat_t ezvpn_find_frozen_module(const char *path, int *type, void **data) {
    if (type != NULL) {
        *type = MP_FROZEN_NONE;
    }
    if (names_at[EZVPN_MODULES - 1] == 0) {
        find_names();
    }
    size_t length = strlen(path), at = first_from(path);
    if (at < EZVPN_MODULES && strcmp(mp_frozen_names + names_at[at], path) == 0) {
        if (type != NULL) {
            ezvpn_unpack_at((uintptr_t)mp_frozen_mpy_content[at]);
            *type = MP_FROZEN_MPY;
            *data = (void *)mp_frozen_mpy_content[at];
        }
        return MP_IMPORT_STAT_FILE;
    }
    // A folder is what stands in front of a slash; `ezvpn/ike.py` comes before `ezvpn/ike/`.
    for (; at < EZVPN_MODULES && strncmp(mp_frozen_names + names_at[at], path, length) == 0; at++) {
        if (mp_frozen_names[names_at[at] + length] == '/') {
            return MP_IMPORT_STAT_DIR;
        }
    }
    return MP_IMPORT_STAT_NO_EXIST;
}

// In place of mp_builtin___import__ (mpconfigvariant.h): `from a.b import c` of a module that is loaded is answered with it at once.
mp_obj_t ezvpn_import(size_t count, const mp_obj_t *args) {
    if (count == 5 && args[3] != mp_const_none && args[4] == MP_OBJ_NEW_SMALL_INT(0)) {
        mp_map_elem_t *loaded = mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, args[0], MP_MAP_LOOKUP);
        if (loaded != NULL) {
            return loaded->value;
        }
    }
    return mp_builtin___import___default(count, args);
}
