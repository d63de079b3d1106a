# The RP2040 brace: a Pico-compatible board, 2 MiB of flash.
set(PICO_BOARD "pico")
set(PICO_PLATFORM "rp2040")
# The port's configuration less what the brace never uses.
list(APPEND MICROPY_DEF_BOARD MP_CONFIGFILE="mpconfigimage.h")
set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)
# mbedtls without TLS; CMake looks for the sources relative to this folder.
get_filename_component(MBEDTLS_CONFIG_FILE
    ${MICROPY_BOARD_DIR}/../../../../native/crypto/pl_mbedtls_config.h REALPATH)
