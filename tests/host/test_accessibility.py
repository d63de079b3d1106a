"""The report through axe (Deque), in a real browser: `make accessibility`."""

import json
import os
from pathlib import Path

import course_case
import pytest
from browser import CHROMIUM, Browser
from plumbline.report import page
from plumbline.report.wearing import build
from test_report import ABOUT, SAMPLES

ROOT = Path(__file__).resolve().parents[2]
AXE = Path(os.environ.get("PLUMBLINE_AXE", ROOT / "build/npm/node_modules/axe-core/axe.min.js"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="needs chromium: apt-get install chromium"),
    pytest.mark.skipif(not AXE.is_file(), reason="needs axe: make accessibility"),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Files by name: wear alone, and a whole programme."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {name: page.render(build(records()), ABOUT) for name, records in SAMPLES.items()}
    texts["programme"] = course_case.report(folder / "people")
    files = {name: folder / f"{name.replace(' ', '')}.html" for name in texts}
    for name, path in files.items():
        path.write_text(texts[name])
    return files


def complaints(browser) -> list[str]:
    browser.run(AXE.read_text() + "\n; 0")
    found = browser.run("axe.run(document).then(r => JSON.stringify(r.violations.map("
                        "v => [v.id, v.impact, v.nodes.map(n => n.html.slice(0, 160))])))")
    return [f"{rule} ({impact}): {nodes[:3]}" for rule, impact, nodes in json.loads(found)]


@pytest.mark.parametrize("width", [390, 1000])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(tmp_path, pages, width, dark):
    with Browser(tmp_path / "profile") as browser:
        for name, path in pages.items():
            browser.size(width)
            browser.dark(dark)
            browser.open(path.as_uri())
            assert complaints(browser) == [], (name, width)


def test_axe_would_find_something(tmp_path):
    """The check can fail."""
    path = tmp_path / "bad.html"
    path.write_text("<!DOCTYPE html><html><body><img src='x'><p style='color:#ccc'>pale</p>")
    with Browser(tmp_path / "profile") as browser:
        browser.open(path.as_uri())
        assert any("image-alt" in text for text in complaints(browser))
