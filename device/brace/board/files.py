"""The small filesystem of development images: mounted if it is there, never formatted unasked."""

from brace.board import flashmap


def mount():
    """Mounts the filesystem at `/`.  Returns whether there is one."""
    import vfs

    device = flashmap.partition(flashmap.FILES, flashmap.FILES_LEN)
    # A second try costs little and a read disturbed by a sagging battery happens.
    for _ in range(2):
        try:
            vfs.mount(vfs.VfsLfs2(device, progsize=256), "/")
            return True
        except OSError:
            pass
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
