// A Pico that stands in for the brace's sensors (docs/hil.md).
#define MICROPY_HW_BOARD_NAME                   "Plumbline sensor stand-in"
#define MICROPY_HW_USB_MANUFACTURER_STRING      "Plumbline"
#define MICROPY_HW_USB_PRODUCT_FS_STRING        "Plumbline stand-in"
#define MICROPY_HW_FLASH_STORAGE_BYTES          (1408 * 1024)
#define MICROPY_PY_THREAD                       (0)
