"""The small filesystem of development images: mounted if it is there, never formatted unasked."""

from brace.board import flashmap

# Whether something is there that does not mount.
damaged = False


def _blank(device):
    """Whether the two blocks that a filesystem begins with are erased."""
    head = bytearray(64)
    for block in (0, 1):
        device.readblocks(block, head, 0)
        if head != b"\xff" * len(head):
            return False
    return True


def mount():
    """Mounts the filesystem at `/`.  Returns whether there is one."""
    global damaged
    import vfs

    device = flashmap.partition(flashmap.FILES, flashmap.FILES_LEN)
    damaged = False
    # A second try costs little and a read disturbed by a sagging battery happens.
    for _ in range(2):
        try:
            vfs.mount(vfs.VfsLfs2(device, progsize=256), "/")
            return True
        except OSError:
            pass
    damaged = not _blank(device)
    return False


def format():
    """Makes an empty filesystem and mounts it.  Only for an explicit command."""
    import vfs

    device = flashmap.partition(flashmap.FILES, flashmap.FILES_LEN)
    try:
        vfs.umount("/")
    except OSError:
        pass
    vfs.VfsLfs2.mkfs(device, progsize=256)
    return mount()
