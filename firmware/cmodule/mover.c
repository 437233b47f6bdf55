// The object `_edgec.Mover`; what it does is in outward.c and inward.c.

#include "mover.h"

#include <string.h>
#include <sys/socket.h>

#include "py/objarray.h"
#include "py/runtime.h"

uint8_t edge_packet[EDGE_PACKET_MOST];
uint8_t edge_sealed[EDGE_BATCH_BYTES + EDGE_PACKET_MOST + EDGE_ESP_EXTRA];

// Whether the kernel of this socket takes many datagrams at once. An older one would not refuse them but send one huge datagram.
static bool segments_offered(int natt) {
    int value;
    socklen_t size = sizeof(value);
    return getsockopt(natt, EDGE_UDP_LEVEL, EDGE_UDP_SEGMENT, &value, &size) == 0;
}

// Mover(natt): for the socket of port 4500. `raw`: the descriptor of the other one, -1 none.
static mp_obj_t mover_make_new(const mp_obj_type_t *type, size_t count, size_t named, const mp_obj_t *args) {
    mp_arg_check_num(count, named, 1, 1, false);
    edge_mover_t *self = mp_obj_malloc(edge_mover_t, type);
    self->natt = mp_obj_get_int(args[0]);
    self->raw = -1;
    self->idle = false;
    self->moved = 0;
    self->port = 0;
    memset(self->source, 0, 4);
    self->segments = segments_offered(self->natt);
    return MP_OBJ_FROM_PTR(self);
}

static void mover_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    edge_mover_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        if (name == MP_QSTR_raw && dest[1] != MP_OBJ_NULL) {
            self->raw = mp_obj_get_int(dest[1]);
            dest[0] = MP_OBJ_NULL; // done
        }
        return;
    }
    if (name == MP_QSTR_raw) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->raw);
    } else if (name == MP_QSTR_idle) {
        dest[0] = mp_obj_new_bool(self->idle);
    } else if (name == MP_QSTR_moved) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->moved);
    } else if (name == MP_QSTR_packet) {
        dest[0] = mp_obj_new_memoryview('B' | MP_OBJ_ARRAY_TYPECODE_FLAG_RW, sizeof(edge_packet), edge_packet);
    } else if (name == MP_QSTR_sealed) {
        dest[0] = mp_obj_new_memoryview('B' | MP_OBJ_ARRAY_TYPECODE_FLAG_RW, sizeof(edge_sealed), edge_sealed);
    } else if (name == MP_QSTR_source) {
        mp_obj_t parts[2] = {mp_obj_new_bytes(self->source, 4), MP_OBJ_NEW_SMALL_INT(self->port)};
        dest[0] = mp_obj_new_tuple(2, parts);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // go on in the table
    }
}

static const mp_rom_map_elem_t mover_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_outward), MP_ROM_PTR(&edge_mover_outward_obj)},
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&edge_mover_send_obj)},
    {MP_ROM_QSTR(MP_QSTR_inward), MP_ROM_PTR(&edge_mover_inward_obj)},
};
static MP_DEFINE_CONST_DICT(mover_locals, mover_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(edge_mover_type, MP_QSTR_Mover, MP_TYPE_FLAG_NONE, make_new, mover_make_new, attr, mover_attr,
    locals_dict, &mover_locals);
