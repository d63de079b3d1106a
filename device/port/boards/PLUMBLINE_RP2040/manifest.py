# What is frozen into the image.  $(BOARD_DIR) is this folder.
module("_boot.py", base_path="$(BOARD_DIR)/../../modules")
module("boot.py", base_path="$(BOARD_DIR)/../../modules")
module("main.py", base_path="$(BOARD_DIR)/../../modules")
module("rp2.py", base_path="$(PORT_DIR)/modules")
package("brace", base_path="$(BOARD_DIR)/../../..", opt=3)
