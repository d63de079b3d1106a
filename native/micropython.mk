# The native core and its bindings as a user C module of the unix port, which looks for
# */micropython.mk below USER_C_MODULES, the project's root.
SRC_USERMOD_C += $(wildcard $(USERMOD_DIR)/bindings/micropython/*.c)
SRC_USERMOD_LIB_C += $(wildcard $(USERMOD_DIR)/src/*.c)
CFLAGS_USERMOD += -I$(USERMOD_DIR)/bindings/micropython -I$(USERMOD_DIR)/include -I$(USERMOD_DIR)/src
# The flash chip of the emulated world, which no image has.
SRC_USERMOD_C += $(wildcard $(USERMOD_DIR)/bindings/unix/*.c)
SRC_USERMOD_LIB_C += $(wildcard $(USERMOD_DIR)/nor/*.c)
CFLAGS_USERMOD += -I$(USERMOD_DIR)/nor
# Of mbedtls, which the port leaves out together with TLS, only what the bindings use.
SRC_USERMOD_LIB_C += $(addprefix lib/mbedtls/library/,$(shell cat $(USERMOD_DIR)/crypto/mbedtls.txt))
CFLAGS_USERMOD += -I$(USERMOD_DIR)/crypto -I$(TOP)/lib/mbedtls/include
CFLAGS_USERMOD += '-DMBEDTLS_CONFIG_FILE="pl_mbedtls_config.h"'
