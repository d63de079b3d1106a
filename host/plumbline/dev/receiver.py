"""The programs that `dev sync` runs on the board, in MicroPython: they list, take and remove
files.  Sent as text; never imported on the host.
"""

LIST = """
import os, binascii, hashlib, plumbport
def _sum(path):
    h = hashlib.sha256()
    b = bytearray(512)
    m = memoryview(b)
    with open(path, "rb") as f:
        n = f.readinto(b)
        while n:
            h.update(m[:n])
            n = f.readinto(b)
    return binascii.hexlify(h.digest()).decode()
def _walk(d):
    for e in os.ilistdir(d):
        p = d + "/" + e[0]
        if e[1] == 0x4000:
            print("d", p[1:])
            _walk(p)
        else:
            print("f", p[1:], _sum(p))
s = os.statvfs("/")
print("i", binascii.hexlify(plumbport.image()[16:48]).decode())
print("s", s[0], s[2], s[3])
for p in ("brace", "brace.image"):
    try:
        if os.stat("/" + p)[0] & 0x4000:
            print("d", p)
            _walk("/" + p)
        else:
            print("f", p, _sum("/" + p))
    except OSError:
        pass
"""

# stdin: "w PATH SIZE SHA256\n" and SIZE bytes, "m PATH\n" makes a folder, "x PATH\n" removes a
# file or empty folder, "q\n" ends.  Each is answered by "ok" or "no REASON".  A file takes its
# place only once what was written has been read back and its digest is right.
TAKE = """
import sys, os, binascii, hashlib, micropython
def _take(path, left, want):
    b = bytearray(1024)
    m = memoryview(b)
    i = sys.stdin.buffer
    failed = None
    try:
        f = open(path + ".new", "wb")
    except OSError as e:
        f, failed = None, e
    while left:
        n = i.readinto(m[:min(left, 1024)])
        left -= n
        if not failed:
            try:
                f.write(m[:n])
            except OSError as e:
                failed = e
    try:
        if f:
            f.close()
    except OSError as e:
        failed = failed or e
    if failed:
        raise failed
    h = hashlib.sha256()
    with open(path + ".new", "rb") as f:
        n = f.readinto(b)
        while n:
            h.update(m[:n])
            n = f.readinto(b)
    if binascii.hexlify(h.digest()).decode() != want:
        raise OSError("digest")
    os.rename(path + ".new", path)
def _serve():
    while True:
        a = sys.stdin.readline().split()
        try:
            if a[0] == "q":
                return
            if a[0] == "w":
                _take("/" + a[1], int(a[2]), a[3])
            elif a[0] == "m":
                os.mkdir("/" + a[1])
            else:
                os.remove("/" + a[1])
            print("ok")
        except OSError as e:
            print("no", e)
            try:
                os.remove("/" + a[1] + ".new")
            except OSError:
                pass
micropython.kbd_intr(-1)
try:
    print("ready")
    _serve()
finally:
    micropython.kbd_intr(3)
"""
