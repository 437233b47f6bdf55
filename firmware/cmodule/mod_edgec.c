// The table of the module `_edgec`. What its functions do is in mod_crypto.c, mod_linux.c and mover.c.

#include <fcntl.h>

#include "esp_object.h"
#include "mod_edgec.h"
#include "mover.h"

static const mp_rom_map_elem_t edgec_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__edgec)},
    {MP_ROM_QSTR(MP_QSTR_hash), MP_ROM_PTR(&edgec_hash_obj)},
    {MP_ROM_QSTR(MP_QSTR_hmac), MP_ROM_PTR(&edgec_hmac_obj)},
    {MP_ROM_QSTR(MP_QSTR_cbc), MP_ROM_PTR(&edgec_cbc_obj)},
    {MP_ROM_QSTR(MP_QSTR_modexp), MP_ROM_PTR(&edgec_modexp_obj)},
    {MP_ROM_QSTR(MP_QSTR_equal), MP_ROM_PTR(&edgec_equal_obj)},
    {MP_ROM_QSTR(MP_QSTR_rsa_sign), MP_ROM_PTR(&edgec_rsa_sign_obj)},
    {MP_ROM_QSTR(MP_QSTR_rsa_verify), MP_ROM_PTR(&edgec_rsa_verify_obj)},
    {MP_ROM_QSTR(MP_QSTR_Esp), MP_ROM_PTR(&edge_esp_type)},
    {MP_ROM_QSTR(MP_QSTR_Mover), MP_ROM_PTR(&edge_mover_type)},
    {MP_ROM_QSTR(MP_QSTR_O_NONBLOCK), MP_ROM_INT(O_NONBLOCK)}, // MIPS has another than the others
    {MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&edgec_open_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&edgec_close_obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&edgec_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&edgec_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&edgec_ioctl_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendmsg), MP_ROM_PTR(&edgec_sendmsg_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvmsg), MP_ROM_PTR(&edgec_recvmsg_obj)},
    {MP_ROM_QSTR(MP_QSTR_signalfd), MP_ROM_PTR(&edgec_signalfd_obj)},
    {MP_ROM_QSTR(MP_QSTR_boottime), MP_ROM_PTR(&edgec_boottime_obj)},
    {MP_ROM_QSTR(MP_QSTR_heap_peak), MP_ROM_PTR(&edgec_heap_peak_obj)},
    {MP_ROM_QSTR(MP_QSTR_heap_trim), MP_ROM_PTR(&edgec_heap_trim_obj)},
    {MP_ROM_QSTR(MP_QSTR_fsync), MP_ROM_PTR(&edgec_fsync_obj)},
    {MP_ROM_QSTR(MP_QSTR_chmod), MP_ROM_PTR(&edgec_chmod_obj)},
    {MP_ROM_QSTR(MP_QSTR_lock), MP_ROM_PTR(&edgec_lock_obj)},
    {MP_ROM_QSTR(MP_QSTR_mount), MP_ROM_PTR(&edgec_mount_obj)},
    {MP_ROM_QSTR(MP_QSTR_reboot), MP_ROM_PTR(&edgec_reboot_obj)},
    {MP_ROM_QSTR(MP_QSTR_settimeofday), MP_ROM_PTR(&edgec_settimeofday_obj)},
    {MP_ROM_QSTR(MP_QSTR_execv), MP_ROM_PTR(&edgec_execv_obj)},
    {MP_ROM_QSTR(MP_QSTR_strerror), MP_ROM_PTR(&edgec_strerror_obj)},
};
static MP_DEFINE_CONST_DICT(edgec_globals, edgec_table);

// A name that binascii needs (firmware/port/edge.mk); names are collected without its flag.
__attribute__((unused)) static const qstr_short_t names[] = {MP_QSTR_crc32};

const mp_obj_module_t edgec_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&edgec_globals,
};
MP_REGISTER_MODULE(MP_QSTR__edgec, edgec_module);
