# The native core and its bindings as a user C module of the unix port.
PLUMBCORE_DIR := $(USERMOD_DIR)
SRC_USERMOD_C += $(wildcard $(PLUMBCORE_DIR)/*.c)
SRC_USERMOD_LIB_C += $(wildcard $(PLUMBCORE_DIR)/../../src/*.c)
CFLAGS_USERMOD += -I$(PLUMBCORE_DIR) -I$(PLUMBCORE_DIR)/../../include -I$(PLUMBCORE_DIR)/../../src
