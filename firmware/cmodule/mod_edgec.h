// What the parts of `_edgec` show of themselves to mod_edgec.c, which makes one module of them.
#pragma once

#include "py/obj.h"

MP_DECLARE_CONST_FUN_OBJ_2(edgec_hash_obj);
MP_DECLARE_CONST_FUN_OBJ_3(edgec_hmac_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_cbc_obj);
MP_DECLARE_CONST_FUN_OBJ_3(edgec_modexp_obj);
MP_DECLARE_CONST_FUN_OBJ_2(edgec_equal_obj);
MP_DECLARE_CONST_FUN_OBJ_3(edgec_rsa_sign_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_rsa_verify_obj);

MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_open_obj);
MP_DECLARE_CONST_FUN_OBJ_1(edgec_close_obj);
MP_DECLARE_CONST_FUN_OBJ_2(edgec_read_obj);
MP_DECLARE_CONST_FUN_OBJ_2(edgec_write_obj);
MP_DECLARE_CONST_FUN_OBJ_3(edgec_ioctl_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_sendmsg_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_recvmsg_obj);
MP_DECLARE_CONST_FUN_OBJ_1(edgec_signalfd_obj);
MP_DECLARE_CONST_FUN_OBJ_0(edgec_boottime_obj);
MP_DECLARE_CONST_FUN_OBJ_0(edgec_heap_peak_obj);
MP_DECLARE_CONST_FUN_OBJ_0(edgec_heap_trim_obj);
MP_DECLARE_CONST_FUN_OBJ_1(edgec_fsync_obj);
MP_DECLARE_CONST_FUN_OBJ_2(edgec_chmod_obj);
MP_DECLARE_CONST_FUN_OBJ_1(edgec_lock_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_mount_obj);
MP_DECLARE_CONST_FUN_OBJ_1(edgec_reboot_obj);
MP_DECLARE_CONST_FUN_OBJ_1(edgec_settimeofday_obj);
MP_DECLARE_CONST_FUN_OBJ_1(edgec_execv_obj);
MP_DECLARE_CONST_FUN_OBJ_1(edgec_strerror_obj);
