// The Python object around an ESP transform, as far as mover.c needs it.
#pragma once

#include "esp.h"
#include "py/obj.h"

typedef struct {
    mp_obj_base_t base;
    edge_esp_t esp;
    mp_obj_t entropy; // a function for the IVs, None: the system's
    mp_obj_t refusal; // the exception of whoever uses wiped keys
} edge_esp_obj_t;

extern const mp_obj_type_t edge_esp_type;
