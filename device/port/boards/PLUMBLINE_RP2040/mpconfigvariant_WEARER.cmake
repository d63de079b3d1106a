# The image for wearers: no prompt, Ctrl-C means nothing, no code from a filesystem.
list(APPEND MICROPY_DEF_BOARD PLUMBLINE_WEARER=1)
