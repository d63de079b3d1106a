# Frozen so that no boot.py on the filesystem is run: one that hangs would take the brace with it.
