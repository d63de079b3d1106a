"""The bundle that this start runs with: found, verified, and shown to the import machinery."""

import plumbcore
import plumbport

from brace import bundle
from brace.board import flashmap

ROOT = "/app/"
# What runs: version of the bundle, 0 for the image's own modules; and why a bundle does not.
version = 0
refused = ""


class _Files:
    """A read-only filesystem over one verified bundle."""

    def __init__(self, read, manifest):
        self._read = read
        self._at = {}
        at = manifest["at"]
        for path, length, _ in manifest["files"]:
            self._at["/" + path] = (at, length)
            at += length

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def chdir(self, path):
        pass

    def getcwd(self):
        return "/"

    def stat(self, path):
        if path in self._at:
            return (0x8000, 0, 0, 0, 0, 0, self._at[path][1], 0, 0, 0)
        for known in self._at:
            if known.startswith(path + "/"):
                return (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        raise OSError(2)

    def open(self, path, mode):
        import io

        if path not in self._at or "r" not in mode:
            raise OSError(2)
        return io.BytesIO(self._read(*self._at[path]))


def slots():
    """The slots of this brace."""
    return bundle.Slots(flashmap.partition(flashmap.BUNDLES, flashmap.BUNDLES_LEN))


def check(found, slot, release):
    """The manifest of a slot's bundle if it may run here.  Raises BundleError."""
    manifest = bundle.verify(found.reader(slot), release)
    bundle.check_fits(manifest, plumbport.image()[16:48], plumbcore.core_version())
    return manifest


def start(plain):
    """Mounts the bundle of this start, if there is one.  Returns the names of its modules.
    `plain`: the brace keeps failing; then without one."""
    global version, refused
    found = slots()
    try:
        slot = found.start(plain)
        if slot not in (0, 1):
            return set()
        from brace.store import Store

        manifest = check(found, slot, Store().load_identity()["release"])
    except (ValueError, OSError) as error:
        refused = str(error)
        return set()
    import vfs

    try:
        vfs.umount(ROOT[:-1])
    except OSError:
        pass  # nothing is mounted there, as after every reset of the chip
    vfs.mount(_Files(found.reader(slot), manifest), ROOT[:-1])
    version = manifest["version"]
    return {path.rsplit(".", 1)[0].replace("/", ".") for path, _, _ in manifest["files"]}


def well():
    """The firmware has run well: so has its bundle."""
    if version:
        found = slots()
        if found.state()["version"] == version:
            found.prove()
