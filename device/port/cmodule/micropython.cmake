# What only the RP2040 brace has, as the C module `plumbport`.
add_library(usermod_plumbport INTERFACE)
target_sources(usermod_plumbport INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/frames.c
    ${CMAKE_CURRENT_LIST_DIR}/i2c_burst.c
    ${CMAKE_CURRENT_LIST_DIR}/lookup.c
    ${CMAKE_CURRENT_LIST_DIR}/mod_plumbport.c
    ${CMAKE_CURRENT_LIST_DIR}/motor.c
    ${CMAKE_CURRENT_LIST_DIR}/rosc.c
    ${CMAKE_CURRENT_LIST_DIR}/usb_out.c
)
target_include_directories(usermod_plumbport INTERFACE ${CMAKE_CURRENT_LIST_DIR})
# usb_out.c has it.
target_link_options(usermod_plumbport INTERFACE LINKER:--wrap=mp_usbd_cdc_tx_strn)
target_link_libraries(usermod INTERFACE usermod_plumbport)

# What Python's every step goes through is compiled for speed, as the port does with the rest of it.
set_source_files_properties(
    ${CMAKE_CURRENT_LIST_DIR}/lookup.c
    ${MICROPY_PY_DIR}/bc.c
    ${MICROPY_PY_DIR}/obj.c
    ${MICROPY_PY_DIR}/objarray.c
    ${MICROPY_PY_DIR}/objfun.c
    ${MICROPY_PY_DIR}/objtype.c
    ${MICROPY_PY_DIR}/pystack.c
    ${MICROPY_PY_DIR}/qstr.c
    ${MICROPY_PY_DIR}/runtime.c
    PROPERTIES
    COMPILE_OPTIONS "-O2"
)
