"""plumbline config."""

from __future__ import annotations

import click

from plumbline.cli import common


@common.group(name="config")
def command() -> None:
    """Show this tool's settings and where they come from.

    They are read from the user's config.toml, then the nearest plumbline.toml at or above the
    working folder, then PLUMBLINE_* variables, then flags; the later wins.  A brace's own
    settings are another thing: see `plumbline settings`.
    """


@common.command(command)
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@common.json_option
def show(origin: bool, as_json: bool) -> None:
    """Print the settings in force."""
    from plumbline.settings import SETTINGS

    now = common.settings()
    if as_json:
        values = {
            name: {
                "value": v.value if isinstance(v.value, (int, float, list)) or v.value is None
                else str(v.value),
                "origin": v.origin,
                "help": SETTINGS[name].help,
            }
            for name, v in now.values.items()
        }  # fmt: skip
        common.emit_json("config", {"settings": values})
        return
    rows = []
    for name, v in now.values.items():
        text = ", ".join(v.value) if isinstance(v.value, list) else v.value
        rows.append([name, "-" if text in (None, "") else text]
                    + ([v.origin] if origin else []) + [SETTINGS[name].help])  # fmt: skip
    common.table(["NAME", "VALUE", *(["ORIGIN"] if origin else []), "MEANING"], rows)


@common.command(command)
@common.json_option
def path(as_json) -> None:
    """Print where the settings files are looked for, and where records and the library are."""
    from plumbline import paths, settings

    project = settings.project_file()
    if as_json:
        common.emit_json("config_path", {
            "user": str(settings.user_file()), "project": str(project) if project else None,
            "data": str(paths.data())})  # fmt: skip
        return
    common.table(
        ["WHAT", "PATH"],
        [
            ["user", f"{settings.user_file()}"],
            ["project", project or f"{settings.PROJECT_FILE} here or above (none is there)"],
            ["data", paths.data()],
        ],
    )
