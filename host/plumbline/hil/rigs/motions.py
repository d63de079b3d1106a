"""What a motion that a test plays is, in words and as text to keep beside its device log."""

from __future__ import annotations

from pathlib import Path


def describe(motion: str) -> tuple[str, str]:
    """(what to call it, the script's text or what recording it is)."""
    from plumbline.virtual.body import shipped

    if "\n" in motion:
        return "a script", motion
    if motion in shipped():
        from importlib import resources

        folder = resources.files("plumbline.virtual") / "motions"
        return motion, (folder / f"{motion}.motion").read_text("utf-8")
    path = Path(motion)
    if path.suffix == ".motion" and path.is_file():
        return path.name, path.read_text("utf-8")
    # A recording is somebody's data: named, never copied.
    return path.name, f"# the recording {path.parent.name}/{path.name}\n"
