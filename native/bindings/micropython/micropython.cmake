# The native core and its bindings as a user C module of the rp2 port.
add_library(usermod_plumbcore INTERFACE)

file(GLOB PLUMBCORE_CORE ${CMAKE_CURRENT_LIST_DIR}/../../src/*.c)
file(GLOB PLUMBCORE_BINDINGS ${CMAKE_CURRENT_LIST_DIR}/*.c)
target_sources(usermod_plumbcore INTERFACE ${PLUMBCORE_CORE} ${PLUMBCORE_BINDINGS})
target_include_directories(usermod_plumbcore INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}
    ${CMAKE_CURRENT_LIST_DIR}/../../include
    ${CMAKE_CURRENT_LIST_DIR}/../../src
)
# Two files of mbedtls that the port leaves out.
set(PLUMBCORE_MBEDTLS ${MICROPY_DIR}/lib/mbedtls/library)
target_sources(usermod_plumbcore INTERFACE
    ${PLUMBCORE_MBEDTLS}/block_cipher.c
    ${PLUMBCORE_MBEDTLS}/hkdf.c
)
# The port builds for size; the core runs 200 times a second, and keys take millions of cycles.
set_source_files_properties(${PLUMBCORE_CORE} PROPERTIES COMPILE_OPTIONS "-O2")
foreach(PLUMBCORE_FAST bignum bignum_core ecp_curves)
    set_source_files_properties(${PLUMBCORE_MBEDTLS}/${PLUMBCORE_FAST}.c
        PROPERTIES COMPILE_OPTIONS "-O2")
endforeach()
# Of what seals a log, which flags are the quickest was measured: SHA-256 is quicker for size than
# with -O2 or -O3, which spill more of its state.
set_source_files_properties(${PLUMBCORE_MBEDTLS}/sha256.c
    PROPERTIES COMPILE_OPTIONS "-Os;-funroll-loops")
set_source_files_properties(${PLUMBCORE_MBEDTLS}/aes.c
    PROPERTIES COMPILE_OPTIONS "-O2;-fira-algorithm=priority")
get_filename_component(PLUMBCORE_XOR ${CMAKE_CURRENT_LIST_DIR}/../../crypto/pl_xor.h REALPATH)
set_source_files_properties(${PLUMBCORE_MBEDTLS}/gcm.c PROPERTIES
    COMPILE_OPTIONS "-O2;-fira-algorithm=priority;-iquote${PLUMBCORE_MBEDTLS};-include;${PLUMBCORE_XOR}"
    OBJECT_DEPENDS ${PLUMBCORE_XOR})
target_link_libraries(usermod INTERFACE usermod_plumbcore)
