"""The live view as a page: one HTML file and a stream of server-sent events, on localhost.

The main thread reads the brace (a link belongs to one thread); each page that is open gets every
sample through a queue of its own, and a slow one only loses samples.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files

from plumbline import live
from plumbline.device import Brace
from plumbline.errors import UsageError

_KEPT = 50


class _Audience:
    """The open pages' queues."""

    def __init__(self):
        self._lock = threading.Lock()
        self._queues: set[queue.Queue] = set()

    def join(self) -> queue.Queue:
        mine: queue.Queue = queue.Queue(_KEPT)
        with self._lock:
            self._queues.add(mine)
        return mine

    def leave(self, mine: queue.Queue) -> None:
        with self._lock:
            self._queues.discard(mine)

    def tell(self, text: str | None) -> None:
        with self._lock:
            for each in self._queues:
                try:
                    each.put_nowait(text)
                except queue.Full:
                    # None ends a stream, and must arrive.
                    if text is None:
                        each.get_nowait()
                        each.put_nowait(None)


def _handler(audience: _Audience, about: dict) -> type[BaseHTTPRequestHandler]:
    page = (files("plumbline.web") / "live.html").read_bytes()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # A page elsewhere must not read a wearer's stream through a name it made up.
            host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
            if host not in ("127.0.0.1", "localhost"):
                self.send_error(403)
            elif self.path == "/":
                self._send(page, "text/html; charset=utf-8")
            elif self.path == "/about":
                self._send(json.dumps(about).encode(), "application/json")
            elif self.path == "/events":
                self._stream()
            else:
                self.send_error(404)

        def _send(self, data: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(data)

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            mine = audience.join()
            try:
                while (text := mine.get()) is not None:
                    self.wfile.write(f"data: {text}\n\n".encode())
                    self.wfile.flush()
            except OSError:
                pass  # The page was closed.
            finally:
                audience.leave(mine)

        def log_message(self, *args) -> None:
            pass

    return Handler


def serve(
    brace: Brace,
    name: str,
    port: int = 8765,
    seconds: float | None = None,
    on_ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Serves the page until Ctrl-C, or for `seconds`.  Raises UsageError when the port is taken,
    and what `live.stream` raises.
    """
    values = brace.config()["values"]
    about = {
        "name": name,
        "serial": brace.identity.serial,
        "flexed": values.get("flexed_cdeg", 2000) / 100,
        "extended": values.get("extended_cdeg", -1200) / 100,
        "delay": round(live.delay_s(brace), 2),
    }
    audience = _Audience()
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(audience, about))
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be used: {error.strerror}", "Give another one with --port"
        ) from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    on_ready(f"http://127.0.0.1:{server.server_address[1]}/")
    samples = live.stream(brace, seconds)
    try:
        for sample in samples:
            audience.tell(json.dumps(asdict(sample)))
    except KeyboardInterrupt:
        pass
    finally:
        samples.close()
        audience.tell(None)
        server.shutdown()
        server.server_close()
