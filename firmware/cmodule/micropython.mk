# Our C module `_edgec` (mod_edgec.c has its table), over the mbedTLS that the interpreter's TLS uses.
EDGEC_DIR := $(USERMOD_DIR)
SRC_USERMOD_C += $(addprefix $(EDGEC_DIR)/, mod_edgec.c mod_crypto.c mod_linux.c mover.c outward.c inward.c table_objects.c)
SRC_USERMOD_LIB_C += $(addprefix $(EDGEC_DIR)/, suite.c esp.c)
CFLAGS_USERMOD += -I$(EDGEC_DIR)
