# The native core and its bindings as a user C module of the unix port, which looks for
# */micropython.mk below USER_C_MODULES, the project's root.
SRC_USERMOD_C += $(wildcard $(USERMOD_DIR)/bindings/micropython/*.c)
SRC_USERMOD_LIB_C += $(wildcard $(USERMOD_DIR)/src/*.c)
CFLAGS_USERMOD += -I$(USERMOD_DIR)/bindings/micropython -I$(USERMOD_DIR)/include -I$(USERMOD_DIR)/src
