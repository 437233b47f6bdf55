// Reading and writing the Python objects of the packet table: agent/ezvpn/dataplane/sa_table.py, pair.py and replay.py.
//
// Belongs here: attributes, numbers, dicts. Not here: what is done with a packet (outward.c, inward.c).
#pragma once

#include "esp_object.h"
#include "py/obj.h"

mp_obj_t edge_get(mp_obj_t object, qstr name);
// A Python int from 0, of any length; what is larger than 63 bits counts as that.
uint64_t edge_whole(mp_obj_t value);
// object.name += more
void edge_add(mp_obj_t object, qstr name, uint32_t more);
// The value of a dict under some bytes, without making a bytes object of them. MP_OBJ_NULL: not there.
mp_obj_t edge_under(mp_obj_t dict, const uint8_t *bytes, size_t length);
// The transform of a pair; NULL where it is not ours, so that the table has to do it.
edge_esp_t *edge_esp_of(mp_obj_t state);
// table.method(to, number), or without arguments where `to` is MP_OBJ_NULL.
void edge_tell(mp_obj_t table, qstr method, mp_obj_t to, unsigned number);
