# What the stand-in adds to MicroPython: the C module `standin`.
add_library(usermod_standin INTERFACE)
target_sources(usermod_standin INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/mod_standin.c
    ${CMAKE_CURRENT_LIST_DIR}/standin.c
)
target_include_directories(usermod_standin INTERFACE ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(usermod INTERFACE usermod_standin)
