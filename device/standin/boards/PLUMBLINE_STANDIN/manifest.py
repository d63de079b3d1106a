# What is frozen into the stand-in's image.
module("main.py", base_path="$(BOARD_DIR)/../../modules")
