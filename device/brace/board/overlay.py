"""Development files that take the place of modules frozen into the image, one by one.

`plumbline dev sync` puts changed files under `/brace`, with the digest of the image they were made
for in `/brace.image`; with any other image they are left alone, so that old changes never creep
into new firmware.  MicroPython looks for a package's modules in one place only, so an import hook
says for each module which place that is.
"""

import builtins
import os
import sys

MARK = "/brace.image"
_DIR = 0x4000


def _walk(folder, name, found):
    for entry in os.ilistdir(folder):
        path = folder + "/" + entry[0]
        if entry[1] == _DIR:
            _walk(path, name + "." + entry[0], found)
        elif entry[0].startswith("__init__."):
            # Only then is the package itself from here; else a folder beside the frozen one.
            found.add(name)
        elif entry[0].endswith((".py", ".mpy")):
            found.add(name + "." + entry[0].rsplit(".", 1)[0])


def find(digest, root="/"):
    """Names of the modules under `root` + "brace" if they were made for the image `digest` (hex);
    an empty set otherwise."""
    found = set()
    try:
        with open(MARK if root == "/" else root + MARK[1:]) as file:
            if file.read() == digest:
                _walk(root + "brace", "brace", found)
    except OSError:
        pass
    return found


def install(names, root="/", frozen=".frozen/"):
    """Makes imports of `names` come from below `root`, and forgets what was imported of them."""
    plain = builtins.__import__

    def hooked(name, globals=None, locals=None, fromlist=None, level=0):
        at = name.find(".") if name.startswith("brace.") else -1
        while at >= 0:
            parent = name[:at]
            at = name.find(".", at + 1)
            child = name if at < 0 else name[:at]
            if child not in sys.modules:
                plain(parent, None, None, ("*",), 0)
                base = root if child in names else frozen
                sys.modules[parent].__path__ = base + parent.replace(".", "/")
                plain(child, None, None, ("*",), 0)
        return plain(name, globals, locals, fromlist, level)

    for name in names:
        parent, leaf = name.rsplit(".", 1)
        if sys.modules.pop(name, None) and parent in sys.modules:
            delattr(sys.modules[parent], leaf)
    builtins.__import__ = hooked
