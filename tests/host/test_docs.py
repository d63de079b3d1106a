"""The documentation against the real command: tables, kinds, keys, and every command line."""

import re
import shlex
from pathlib import Path

import click
import pytest
from brace import commands
from plumbline import cli, image
from plumbline.errors import MEANINGS, Exit
from plumbline.replay import writer
from test_flash import make_image

ROOT = Path(__file__).resolve().parents[2]
CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")])


def rows(heading):
    """The cells of the table below a heading of cli.md."""
    part = CLI.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.req("TOOL-1")
def test_the_table_of_exit_codes_is_the_real_one():
    assert {int(code): text for code, text in rows("Exit codes")} == {
        int(code): text for code, text in MEANINGS.items()}


def kinds_in_the_source():
    found = set()
    for path in (ROOT / "host" / "plumbline" / "cli").glob("*.py"):
        found.update(re.findall(r'emit_(?:json|line)\(\s*"(\w+)"', path.read_text()))
    return found


def test_every_kind_of_json_is_documented():
    assert {kind.strip("`") for kind, _, _ in rows("JSON")} == kinds_in_the_source()


def documented(kind, braces=False):
    """The keys of a kind: those of the document, or of each of its `braces`."""
    (keys,) = [k for name, _, k in rows("JSON") if name == f"`{kind}`"]
    keys = keys.split("; with `--dry-run`")[0]
    head, colon, nested = keys.partition("`braces`:")
    if braces:
        return set(re.findall(r"`(\w+)`", nested))
    return set(re.findall(r"`(\w+)`", head)) | ({"braces"} if colon else set())


def keys(document):
    return set(document) - {"plumbline", "kind"}


@pytest.mark.req("TOOL-1")
def test_the_keys_are_the_real_ones(plumbline, brace, tmp_path, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_STORE", str(tmp_path / "store"))
    peer = brace("vb1").peer
    peer.handlers[commands.SELFTEST] = lambda v: {}
    peer.log.append(0x0B, 1, 0, bytes(30))
    for kind, arguments in {
        "list": ["list"], "settings_set": ["settings", "set", "dwell_s=3"], "pull": ["pull"],
        "settings": ["settings", "show"], "calibrate": ["calibrate"], "config": ["config", "show"],
        "store": ["store", "show"], "log_verify": ["log", "verify"], "report": ["report"],
        "doctor": ["doctor"], "store_verify": ["store", "verify"],
    }.items():  # fmt: skip
        run = plumbline(*arguments, "--json")
        assert run.code == 0, run.err
        document = run.json
        assert document["kind"] == kind and document["plumbline"] == 1
        if "braces" in document and kind != "store":
            assert keys(document) == documented(kind)
            assert set(document["braces"][0]) == documented(kind, braces=True), kind
        else:
            (text,) = [k for name, _, k in rows("JSON") if name == f"`{kind}`"]
            assert keys(document) <= set(re.findall(r"`(\w+)`", text)), kind


def words_of(kind):
    """All that the row of a kind names."""
    (text,) = [k for name, _, k in rows("JSON") if name == f"`{kind}`"]
    return set(re.findall(r"`(\w+)`", text))


@pytest.mark.req("TOOL-1")
def test_the_keys_of_the_rest_are_the_real_ones(plumbline, brace, tmp_path, monkeypatch):
    import json

    monkeypatch.setenv("PLUMBLINE_STORE", str(tmp_path / "store"))
    served = brace("vb1", serial="PB-1")
    flexion = writer.day(60)
    writer.write(served.peer.log, writer.bends(0.5 * flexion), writer.bends(flexion))
    assert plumbline("pull").code == 0
    kinds = {
        "config_path": ["config", "path"], "exercises": ["plan", "exercises"],
        "conditions": ["plan", "conditions"], "keys": ["keys", "show"],
        "key": ["keys", "create", "--name", "clinic", "--yes"], "log_audit": ["log", "audit"],
        "store_query": ["store", "query", "SELECT person, posture FROM epochs"],
        "replay": ["replay", "PB-1"], "explanation": ["explain", "PB-1"],
        "hil_trace": ["hil", "trace", "--root", ROOT],
    }  # fmt: skip
    for kind, arguments in kinds.items():
        run = plumbline(*arguments, "--json")
        assert run.code == 0, (kind, run.err)
        assert run.json["kind"] == kind and run.json["plumbline"] == 1
        assert keys(run.json) and keys(run.json) <= words_of(kind), kind
    line = json.loads(plumbline("log", "show", "PB-1", "--jsonl").out.splitlines()[0])
    assert line["kind"] == "record" and {"utc_ms", "boot", "t_cs", "type"} < keys(line)
    (run,) = plumbline("replay", "PB-1", "--json").json["runs"]
    assert set(run) <= words_of("replay"), "what a run says is documented, too"
    image_of = tmp_path / "x.uf2"
    image_of.write_bytes(image.to_uf2(make_image()))
    flash = ["flash", image_of, "--json", "--unsigned", "--downgrade"]
    planned = plumbline(*flash, "--dry-run").json
    assert keys(planned) == documented("flash")
    assert set(planned["braces"][0]) == {"name", "action", "why"}
    done = plumbline(*flash).json
    assert set(done["braces"][0]) == documented("flash", braces=True)
    brace("vb2", serial="PB-2")
    document = plumbline("calibrate", "--all", "--json").json
    assert document["kind"] == "calibrations"
    assert set(document["braces"][0]) == documented("calibrate") | {"error"}


def test_live_and_records_have_the_keys_that_are_documented(plumbline, brace):
    import json

    brace("vb1")
    line = plumbline("live", "--seconds", "0.3", "--jsonl").out.splitlines()[0]
    assert keys(json.loads(line)) == documented("live")


# -- every command line in the documents -----------------------------------------------------


def command_lines():
    """(document, words) of every `plumbline ...` in code, quoted or in blocks."""
    for path in DOCS:
        text = path.read_text(encoding="utf-8")
        blocks = re.findall(r"^```(?:console|sh|bash)\n(.*?)^```", text, re.M | re.S)
        # Indented code of README, too.
        blocks += re.findall(r"(?m)^    (plumbline .*)$", text)
        quoted = re.findall(r"`(plumbline [^`\n]+)`", text)
        lines = [line for block in blocks for line in block.splitlines()] + quoted
        for line in lines:
            line = line.removeprefix("$ ").split(" #")[0].strip()
            if line.startswith("plumbline "):
                for part in re.split(r" [|>&;]+ ?", line):
                    if part.startswith("plumbline "):
                        yield path.name, part


LINES = sorted(set(command_lines()))


@pytest.mark.parametrize("document, line", LINES)
def test_every_command_line_names_real_commands_and_options(document, line):
    words = shlex.split(line)[1:]
    command, context = cli.cli, click.Context(cli.cli)
    while words and isinstance(command, click.Group):
        if words[0].startswith("-") or words[0].isupper():
            break
        found = command.get_command(context, words[0])
        if found is None and command.invoke_without_command:
            break
        assert found is not None, f"{document}: there is no command {words[0]!r} in {line!r}"
        command, words = found, words[1:]
    known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
    for word in words:
        if word.startswith("-") and not re.fullmatch(r"-\d.*", word):
            short = "-v" if re.fullmatch(r"-v+", word) else word
            assert short.split("=")[0] in known, f"{document}: {line!r}"


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_there_are_such_lines():
    assert len(LINES) > 10


def test_completion_offers_commands_and_options(plumbline, monkeypatch):
    for shell in ("bash", "zsh", "fish"):
        run = plumbline("completion", shell)
        assert run.code == 0 and "_PLUMBLINE_COMPLETE" in run.out
    import os
    import subprocess
    import sys

    def complete(line, at):
        done = subprocess.run(
            [sys.executable, "-m", "plumbline"], capture_output=True, text=True,
            env={**os.environ, "_PLUMBLINE_COMPLETE": "bash_complete", "COMP_WORDS": line,
                 "COMP_CWORD": str(at)})  # fmt: skip
        return done.stdout

    assert "plain,pull" in complete("plumbline pu", 1)
    assert "--dry-run" in complete("plumbline flash --d", 2)
    assert int(Exit.OK) == 0
