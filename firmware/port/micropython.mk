# Our own part of the port, compiled like a user C module.
SRC_USERMOD_LIB_C += $(USERMOD_DIR)/cold.c $(USERMOD_DIR)/import.c $(USERMOD_DIR)/inflate.c $(USERMOD_DIR)/names.c
CFLAGS_USERMOD += -I$(USERMOD_DIR)
