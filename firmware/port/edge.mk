# Links the device binary out of the Unix port: its makefile, its objects, and what is kept packed.
# EDGE_CHECKS are the flags of a build for tests that watches our C and mbedTLS.
# Used as `make -C ports/unix -f …/port/edge.mk`; EDGE_CFLAGS and EDGE_OBJCOPY come from the target.
include Makefile

# The frozen modules that are packed, by the group that is unpacked at once: each goes into a section of its own (port/cold.c).
EDGE_PACKED = $(EDGE_GROUPS:%=$(BUILD)/frozen_%.o)

$(EDGE_PACKED:.o=.c): $(BUILD)/frozen_content.c ;

$(EDGE_PACKED): $(BUILD)/frozen_%.o: $(BUILD)/frozen_%.c
	$(ECHO) "CC $<"
	$(Q)$(CC) $(CFLAGS) -fno-lto -fno-sanitize=all -fno-data-sections -fno-merge-constants $(EDGE_NO_SDATA) -c -o $@ $<
	$(Q)$(EDGE_OBJCOPY) --rename-section .rodata=ezcold.$*,alloc,load,readonly,data,contents $@

$(BUILD)/cmodule/%.o $(BUILD)/lib/mbedtls/%.o: CFLAGS += $(EDGE_CHECKS)

# binascii has its crc32 only where there is a deflate module; the polynomial's table is in cold.c, the name in mod_edgec.c.
$(BUILD)/extmod/modbinascii.o: CFLAGS += -DMICROPY_PY_DEFLATE=1

$(BUILD)/port/cold.o: CFLAGS += -DEZVPN_GROUPS=$(words $(EDGE_GROUPS))
$(BUILD)/port/import.o: CFLAGS += -DEZVPN_MODULES=$(EDGE_MODULES)

# musl has getrandom(2), which the port looks for in glibc only; before Linux 5.6 its other way can block.
$(BUILD)/unix_mphal.o: CFLAGS += -D_HAVE_GETRANDOM -include sys/random.h

# Where a start spends its time.
$(BUILD)/port/inflate.o $(BUILD)/port/names.o $(BUILD)/py/map.o: CFLAGS += -O2

$(BUILD)/py/qstr.o: CFLAGS += -include $(EDGE_PORT)/weak.h

$(BUILD)/py/builtinimport.o: CFLAGS += -Dmp_find_frozen_module=ezvpn_find_frozen_module

$(BUILD)/edge.elf: $(OBJ) $(EDGE_PACKED)
	$(ECHO) "LINK $@"
	$(Q)$(CC) -o $@ $(EDGE_LINK) $^ $(LIB) $(LDFLAGS)

# Our main program takes the place of the port's.
$(BUILD)/main.o: $(EDGE_PORT)/main.c
	$(call compile_c)
