"""The command line's conventions: streams, exit codes, help, selection, settings."""

import json
import os
import pty
import re
import subprocess
import sys

import click
import pytest
from brace import commands
from plumbline import cli, discover
from plumbline.errors import MEANINGS, Exit, PlumblineError


def walk(command, path=()):
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from walk(command.get_command(context, name), (*path, name))


EVERY = list(walk(cli.cli))


@pytest.mark.parametrize("path, command", EVERY, ids=[" ".join(p) for p, _ in EVERY])
def test_every_command_and_option_has_help(path, command, plumbline):
    run = plumbline(*path, "--help")
    assert run.code == 0 and "Usage: plumbline" in run.out and not run.err
    assert command.help and command.get_short_help_str(200).endswith(".")
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{option.name} has no help"
            assert option.help.endswith("."), option.help
    # Every command can say more, and reading commands have JSON under the same name.
    assert any("--verbose" in o.opts for o in command.params)


# What changes something or hands the terminal over, and says so in a line; all else can be read by
# programs.
SILENT = {
    "update build", "update send", "update trust", "log erase",
    "release key", "release sign", "release trust",
    "keys accept", "keys backup", "keys forget", "keys grant", "keys restore", "keys revoke",
    "log export",
    "store assign", "store backup", "store forget", "store restore", "store tables",
    "plan approve", "plan check", "plan lock", "plan new", "plan override", "plan person",
    "plan resume", "plan simulate", "plan stop", "plan unlock", "prom measure", "prom nprs",
    "prom odi", "prom pain-map", "prom psfs", "prom red-flags", "prom rmdq", "prom sleep",
    "prom stress", "prom teach-back", "sim battery", "sim cut", "sim play", "sim power",
    "sim press", "sim run", "sim stop", "sim usb", "dev format", "dev mount", "dev repl",
    "dev run", "dev start", "completion", "screen run", "hil run", "hil station",
}  # fmt: skip


def test_every_reading_command_has_json():
    without = {
        " ".join(path)
        for path, command in EVERY
        if not (isinstance(command, click.Group) and not command.invoke_without_command)
        and not {"--json", "--jsonl"} & {o for p in command.params for o in p.opts}
    }
    assert without - SILENT == set(), "a reading command needs --json or --jsonl"


def test_the_table_of_commands_tells_their_help():
    context = click.Context(cli.cli)
    for name, line in cli.COMMANDS.items():
        command = cli.cli.get_command(context, name)
        assert command.name == name
        assert command.get_short_help_str(200) == line


def test_help_of_no_command_imports_a_library():
    """What makes `--help` quick, however busy the computer."""
    code = ("import sys; from plumbline import cli\n"
            "for name in cli.COMMANDS: cli.cli.get_command(None, name)\n"
            "slow = ('numpy', 'serial', 'plumbcore', 'brace', 'sqlite3', 'cryptography')\n"
            "print(len(cli.COMMANDS), [m for m in slow if m in sys.modules])")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(cli.COMMANDS)} []\n"


def test_every_exit_code_has_a_meaning_and_every_error_a_code():
    assert set(MEANINGS) == set(Exit)

    def below(cls):
        return [cls] + [s for c in cls.__subclasses__() for s in below(c)]

    assert all(c.exit in MEANINGS for c in below(PlumblineError))


def test_a_wrong_command_suggests_the_right_one(plumbline):
    run = plumbline("lits")
    assert run.code == Exit.USAGE and "you mean 'list'" in run.err and not run.out


def test_a_wrong_option_suggests_the_right_one(plumbline):
    run = plumbline("flash", "--dryrun")
    assert run.code == Exit.USAGE
    assert run.err == ("error: there is no option '--dryrun', perhaps you mean '--dry-run'. "
                       "See plumbline flash --help.\n")


def test_list_without_braces(plumbline):
    run = plumbline("list")
    assert (run.code, run.out) == (Exit.NO_DEVICE, "")
    assert "plumbline sim" in run.err
    run = plumbline("list", "--json")
    assert run.code == Exit.NO_DEVICE
    assert run.json == {"plumbline": 1, "kind": "list", "braces": []}


def test_list_asks_each_brace_and_tells_of_the_silent_ones(plumbline, brace, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_TIMEOUT", "0.1")
    brace("one", serial="PB-1")
    brace("two", serial="")
    brace("mute").peer.mangle_in = lambda data: b""
    run = plumbline("list")
    assert run.code == 0
    lines = run.out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["mute", "one", "two"]
    assert "PB-1" in lines[2] and "3.90 V" in lines[2] and "(none)" in lines[3]
    assert "mute: " in run.err and "does not answer" in run.err
    braces = plumbline("list", "--json").json["braces"]
    assert braces[0]["hello"] is None and "does not answer" in braces[0]["error"]
    assert braces[1]["hello"]["serial"] == "PB-1" and braces[1]["status"]["battery"] == 3900


def test_selection(plumbline, brace):
    brace("left", serial="PB-11")
    brace("right", serial="PB-12")
    run = plumbline("settings", "show")
    assert run.code == Exit.SEVERAL_DEVICES and "left, right" in run.err and "--device" in run.err
    assert plumbline("settings", "show", "-d", "right").code == 0
    assert plumbline("settings", "show", "-d", "PB-12").code == 0
    run = plumbline("settings", "show", "-d", "*t")
    assert run.code == Exit.SEVERAL_DEVICES and "takes one brace" in run.err
    run = plumbline("settings", "show", "-d", "middle")
    assert run.code == Exit.NO_DEVICE and "There are: left, right" in run.err
    run = plumbline("settings", "set", "-d", "PB-1?", "dwell_s=9", "--json")
    assert run.code == 0
    assert [b["values"]["dwell_s"] for b in run.json["braces"]] == [9, 9]
    assert plumbline("settings", "set", "--all", "dwell_s=10").code == 0


def test_a_port_may_be_named_by_its_path(plumbline, brace):
    served = brace("left")
    assert plumbline("settings", "show", "--device", served.pty).code == 0
    run = plumbline("settings", "show", "--device", "/dev/no-such-port")
    assert run.code == Exit.LINK and "there is no /dev/no-such-port" in run.err


def test_one_failure_of_several_does_not_stop_the_rest(plumbline, brace):
    brace("good")
    bad = brace("bad")

    def refuse(payload):
        raise commands.CommandError(commands.E_REFUSED, "not while charging.")

    bad.peer.handlers[commands.CONFIG_SET] = refuse
    run = plumbline("settings", "set", "--all", "dwell_s=8")
    assert run.code == Exit.PARTIAL
    assert "good: settings stored" in run.err and "bad: " in run.err
    assert "not while charging" in run.err and "1 of 2 braces failed" in run.err
    assert plumbline("settings", "set", "-d", "bad", "dwell_s=8").code == Exit.REFUSED


def test_config_layers_and_their_origin(plumbline, home, tmp_path, monkeypatch):
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text('jobs = 2\ntimeout = 3\nstore = "lib"\n')
    (tmp_path / "plumbline.toml").write_text('timeout = 4.5\ndevice = ["a*", "b"]\n')
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setenv("PLUMBLINE_DEVICE", "c")
    values = plumbline("config", "show", "--json").json["settings"]
    assert values["jobs"]["value"] == 2 and values["timeout"]["value"] == 4.5
    assert values["device"] == {**values["device"], "value": ["c"], "origin": "PLUMBLINE_DEVICE"}
    assert values["store"]["value"] == str(home / "config" / "lib")
    assert values["timeout"]["origin"] == str(tmp_path / "plumbline.toml")
    assert values["image"]["origin"] == "default"
    text = plumbline("config", "show", "--origin").out
    assert "PLUMBLINE_DEVICE" in text
    from plumbline import settings

    assert settings.load({"jobs": 7, "device": ()}).jobs == 7
    assert settings.load({"jobs": 7}).origin("jobs") == "--jobs"


@pytest.mark.parametrize("text, says", [
    ("jobs = 0", "whole number"), ("jobs = true", "whole number"), ("colour = 1", "no setting"),
    ("jobs", "not TOML"), ("timeout = 'x'", "number above 0"),
])  # fmt: skip
def test_wrong_settings_are_named(plumbline, home, text, says):
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(text)
    run = plumbline("config", "show")
    assert run.code == Exit.USAGE and says in run.err and "config.toml" in run.err


def test_output_to_a_pipe_has_no_colour_and_a_closed_pipe_is_no_defect(brace):
    brace("one")
    command = f"{sys.executable} -m plumbline"
    done = subprocess.run(f"{command} settings show -d nothing", shell=True, capture_output=True)
    assert b"\x1b" not in done.stderr and done.returncode == Exit.NO_DEVICE
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command} config show | true"],
                          capture_output=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert not done.stderr


@pytest.mark.parametrize("unwanted", [False, True])
def test_a_terminal_gets_colour_unless_it_is_unwanted(unwanted):
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    subprocess.run([sys.executable, "-m", "plumbline", "bogus"], stderr=theirs,
                   env={**environment, **({"NO_COLOR": "1"} if unwanted else {})})  # fmt: skip
    os.close(theirs)
    said = os.read(ours, 4096)
    os.close(ours)
    assert b"no such command" in said and (b"\x1b" in said) != unwanted


@pytest.mark.parametrize("path, command", EVERY, ids=[" ".join(p) for p, _ in EVERY])
def test_help_fits_80_columns(path, command, plumbline, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, plumbline(*path, "--help").out.splitlines())) <= 80


def test_interrupted(plumbline, monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(discover, "braces", interrupt)
    run = plumbline("list")
    assert run.code == Exit.INTERRUPTED and "interrupted" in run.err


def test_a_defect_is_called_one(plumbline, monkeypatch):
    monkeypatch.setattr(discover, "braces", lambda: 1 / 0)
    run = plumbline("list")
    assert run.code == Exit.FAILED and "a defect of plumbline: ZeroDivisionError" in run.err


def test_json_documents_say_their_version(plumbline, brace):
    brace("one")
    for arguments in (["list"], ["settings", "show"], ["config", "show"]):
        document = plumbline(*arguments, "--json").json
        assert document["plumbline"] == 1 and document["kind"]
        assert json.dumps(document)


def test_a_group_alone_shows_its_help_and_no_error(plumbline):
    run = plumbline("store")
    assert run.code == Exit.USAGE and run.err.startswith("Usage: plumbline store ")
    # Whole sentences, however narrow.
    assert "from and to the days given." in " ".join(run.err.split()) and not run.out


def test_what_click_says_in_several_lines_is_one_sentence(plumbline):
    run = plumbline("export")
    assert run.code == Exit.USAGE and len(run.err.splitlines()) == 1 and "csv, parquet" in run.err


def test_every_setting_of_a_brace_has_a_meaning_that_fits(plumbline, brace):
    from brace.config import SETTINGS

    served = brace("one")
    served.peer.config = {name: low for name, _, low, _ in SETTINGS}
    lines = plumbline("settings", "show").out.splitlines()
    assert len(lines) == 1 + len(SETTINGS) and max(map(len, lines)) <= 80
    begins = lines[0].index("MEANING")
    assert all(line[begins:].strip() for line in lines)
    run = plumbline("settings", "set", "nonsense=1")
    assert run.code == Exit.REFUSED and "plumbline settings show" in run.err


def test_the_last_lines_of_progress_are_whole(monkeypatch, capsys):
    from plumbline.cli import progress

    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress.os, "get_terminal_size", lambda fd: os.terminal_size((40, 24)))
    monkeypatch.setattr(progress.sys.stderr, "fileno", lambda: 2, raising=False)
    long = "the brace runs 9.9.9, newer than the image's. Give --downgrade if you mean it"
    with progress.Progress(["a", "b"]) as lines:
        lines["a"].say(long)
        lines["b"].say("done")
        drawn = re.sub(r"\x1b\[\d+\w", "", capsys.readouterr().err)
        assert 30 < max(map(len, drawn.splitlines())) <= 40
    assert f"a: {long}\n" in capsys.readouterr().err
