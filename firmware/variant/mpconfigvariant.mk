# What of the Unix port's makefile the device binary does without. C features are in mpconfigvariant.h.
MICROPY_PY_BTREE = 0
MICROPY_PY_FFI = 0
MICROPY_PY_THREAD = 0
MICROPY_USE_READLINE = 0
MICROPY_VFS_FAT = 0
MICROPY_VFS_LFS1 = 0
MICROPY_VFS_LFS2 = 0
FROZEN_MANIFEST ?= $(VARIANT_DIR)/none
