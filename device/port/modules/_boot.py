# Runs first on every start.  Unlike MicroPython's own it never formats: a filesystem that does
# not mount is left as it is for a person to look at, and the brace, whose code is frozen into
# the image and whose log and settings are raw partitions, works without one.
import plumbport
from brace.board import files, health

health.begin()
# The image for wearers takes no code from a filesystem, and so has none.  A developer's changed
# files are left out when the brace keeps failing with them.
if not plumbport.wearer() and files.mount() and not health.plain():
    import binascii

    from brace.board import overlay

    _names = overlay.find(binascii.hexlify(plumbport.image()[16:48]).decode())
    _root = "/"
    del binascii
else:
    _names = None
if not _names:
    from brace.board import bundles, overlay

    _names = bundles.start(health.plain())
    _root = bundles.ROOT
    del bundles
if _names:
    overlay.install(_names, _root)
del _names, _root, overlay

# Only now, so that it may be a developer's.
from brace.board import power  # noqa: E402

# Unless main.py runs next, a development host has asked for the prompt.
health.running(health.PROMPT)
power.guard()
del files, health, power, plumbport
