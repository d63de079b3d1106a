// The RP2040 brace.  The flash map is in docs/architecture.md and brace/board/flashmap.py.
#define MICROPY_HW_BOARD_NAME                   "Plumbline brace"
#define MICROPY_HW_USB_MANUFACTURER_STRING      "Plumbline"
#define MICROPY_HW_USB_PRODUCT_FS_STRING        "Plumbline brace"
// Everything behind the 480 KiB of the image is ours to partition; rp2.Flash counts from there.
#define MICROPY_HW_FLASH_STORAGE_BYTES          (1568 * 1024)
// Room for a whole request frame while the core is stopped by a flash erase.
#define MICROPY_HW_STDIN_BUFFER_LEN             (2048)
// The second core is not used, and threads would cost heap.
#define MICROPY_PY_THREAD                       (0)
// In the wearer's image (mpconfigvariant_WEARER.cmake) no byte from the host interrupts the program.
#if defined(PLUMBLINE_WEARER)
#define MICROPY_KBD_EXCEPTION                   (0)
// Nor is there a second way to a prompt.
#define MICROPY_PY_OS_DUPTERM                   (0)
// Nor does a host get to the boot ROM, which reads and writes all of the flash, by opening the port
// at some speed or by its control lines.
#define MICROPY_HW_USB_CDC_1200BPS_TOUCH        (0)
#define MICROPY_HW_USB_CDC_DTR_RTS_BOOTLOADER   (0)
#endif
