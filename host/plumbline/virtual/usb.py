"""The host's end of the emulated USB cable: a CDC serial port that waits quietly.

rp2040py's own host answers every bulk-OUT transfer the firmware arms with an empty packet, some
16 000 interrupts a second on an idle board.  A real host stays silent until it has bytes; so does
this one, which lets an idle board sleep and run far ahead of real time.

Nor does the library know of a cable that is pulled.  Then the bus is idle, which the board sees
3 ms later as a suspended bus; what it has put into its buffers stays there; nobody tells it that
the host's program has closed the port; and a host that finds it again resets the bus and
enumerates it anew.
"""

from __future__ import annotations

from collections.abc import Callable

from rp2040py.peripherals import usb as library
from rp2040py.rp2040 import RP2040
from rp2040py.usb.cdc import USBCDC

_PACKET = 64
# USB 2.0, 7.1.7.6: a bus without a start of frame for so long is suspended.
_IDLE_NS = 3_000_000

# Cleared by writing 1, as the rest (datasheet, SIE_STATUS); the library has left it out.
library.SIE_WRITECLEAR_MASK |= library.SIE_SUSPENDED


class UsbSerial:
    """Bytes to and from the board's one CDC interface.

    `on_data(bytes)` is called with what the board sends, `on_connect()` when it has enumerated.
    While unplugged nothing goes either way, and what the host sends is dropped, as it would be.
    """

    def __init__(
        self, mcu: RP2040, on_data: Callable[[bytes], None], on_connect: Callable[[], None]
    ):
        self._usb = mcu.usb_ctrl
        self._cdc = USBCDC(mcu.usb_ctrl)
        self._pending = bytearray()
        self._armed: list[tuple[int, int]] = []
        self._answer_control = self._usb.on_endpoint_read
        self._enumerate = self._usb.on_usb_enabled
        self._forget = self._usb.on_reset
        self._usb.on_endpoint_read = self._on_armed
        self._usb.on_usb_enabled = self._on_enabled
        self._usb.on_reset = self._on_reset
        self._cdc.on_device_connected = self._on_connected
        self._cdc.on_serial_data = lambda data: on_data(bytes(data)) if self.plugged else None
        self._on_connect = on_connect
        self._transfer = self._usb.dpram_updated
        self._usb.dpram_updated = self._on_buffer
        self._idle = mcu.clock.create_alarm(self._on_idle)
        self.plugged = True
        self.connected = False
        self._opened = True

    def _on_armed(self, endpoint: int, size: int) -> None:
        if endpoint == 0:
            self._answer_control(endpoint, size)
            return
        self._armed.append((endpoint, size))
        self._deliver()

    def _on_buffer(self, offset: int, value: int) -> None:
        """The board has written to its USB memory: a buffer may be ready for the host."""
        if self.plugged:
            self._transfer(offset, value)

    def _on_enabled(self) -> None:
        if self.plugged:
            self._enumerate()
        else:
            self._idle.schedule(_IDLE_NS)

    def _on_idle(self) -> None:
        if not self.plugged and self._is_enabled():
            self._usb._sie_status |= library.SIE_SUSPENDED
            self._usb._sie_status_updated()

    def _is_enabled(self) -> bool:
        return bool(self._usb.read_uint32(library.MAIN_CTRL) & library.CONTROLLER_EN)

    def _on_connected(self) -> None:
        self.connected = True
        if not self._opened:
            self._cdc.set_control_lines(dtr=False, rts=False)
        self._on_connect()

    def _on_reset(self) -> None:
        self._pending.clear()
        self._armed.clear()
        self.connected = False
        if self._forget:
            self._forget()

    def _deliver(self) -> None:
        while self._armed and self._pending:
            endpoint, size = self._armed.pop(0)
            packet = bytes(self._pending[: min(size, _PACKET)])
            del self._pending[: len(packet)]
            self._usb.endpoint_read_done(endpoint, packet)

    def send(self, data: bytes) -> None:
        """Sends `data` to the board as soon as it arms transfers for it."""
        if self.plugged:
            self._pending += data
            self._deliver()

    @property
    def backlog(self) -> int:
        """Bytes sent that the board has not taken yet."""
        return len(self._pending)

    def open(self, opened: bool) -> None:
        """A program on the host opens or closes the port: DTR and RTS follow."""
        self._opened = opened
        if self.connected:
            self._cdc.set_control_lines(dtr=opened, rts=opened)

    def plug(self, plugged: bool) -> None:
        """Plugs the cable in, upon which a board whose USB block is on enumerates; or pulls it,
        and all that was under way is lost."""
        if plugged == self.plugged:
            return
        self.plugged = plugged
        # The host forgets a board that is gone, and knows nothing of one that comes.
        self._on_reset()
        self._idle.cancel()
        if not plugged:
            self._idle.schedule(_IDLE_NS)
        elif self._is_enabled():
            self._usb.reset_device()
