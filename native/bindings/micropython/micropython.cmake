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
# The port builds for size; the core runs 200 times a second.
set_source_files_properties(${PLUMBCORE_CORE} PROPERTIES COMPILE_OPTIONS "-O2")
target_link_libraries(usermod INTERFACE usermod_plumbcore)
