#include "table_objects.h"

#include "py/objstr.h"
#include "py/runtime.h"

mp_obj_t edge_get(mp_obj_t object, qstr name) {
    return mp_load_attr(object, name);
}

uint64_t edge_whole(mp_obj_t value) {
    uint8_t bytes[8];
    if (mp_obj_is_small_int(value)) {
        mp_int_t small = MP_OBJ_SMALL_INT_VALUE(value);
        return small < 0 ? 0 : (uint64_t)small;
    }
    if (!mp_obj_int_to_bytes_impl(value, true, sizeof(bytes), bytes)) {
        return INT64_MAX;
    }
    uint64_t found = 0;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        found = found << 8 | bytes[i];
    }
    return found;
}

void edge_add(mp_obj_t object, qstr name, uint32_t more) {
    if (more != 0) {
        mp_store_attr(object, name, mp_binary_op(MP_BINARY_OP_ADD, edge_get(object, name), mp_obj_new_int_from_uint(more)));
    }
}

mp_obj_t edge_under(mp_obj_t dict, const uint8_t *bytes, size_t length) {
    mp_obj_str_t key = {{&mp_type_bytes}, qstr_compute_hash(bytes, length), length, bytes};
    mp_map_elem_t *found = mp_map_lookup(mp_obj_dict_get_map(dict), MP_OBJ_FROM_PTR(&key), MP_MAP_LOOKUP);
    return found == NULL ? MP_OBJ_NULL : found->value;
}

edge_esp_t *edge_esp_of(mp_obj_t state) {
    if (!mp_obj_is_type(state, &edge_esp_type)) {
        return NULL;
    }
    edge_esp_obj_t *object = MP_OBJ_TO_PTR(state);
    return object->esp.kind == EDGE_ESP_WIPED ? NULL : &object->esp;
}

void edge_tell(mp_obj_t table, qstr method, mp_obj_t to, unsigned number) {
    mp_obj_t call[4];
    mp_load_method(table, method, call);
    if (to == MP_OBJ_NULL) {
        mp_call_method_n_kw(0, 0, call);
        return;
    }
    call[2] = to;
    call[3] = MP_OBJ_NEW_SMALL_INT(number);
    mp_call_method_n_kw(2, 0, call);
}
