"""The import hook: changed modules come from the overlay, all others from the frozen place."""

import os
import sys

from brace.board import overlay

root = sys.argv[1]
names = overlay.find("ab12", root + "/")
print(sorted(names))
print(sorted(overlay.find("cd34", root + "/")))
import brace.haptics  # noqa: E402

before = brace.haptics.OUTCOMES
overlay.install(names, root + "/", sys.argv[2] + "/")
import brace.newpart.thing  # noqa: E402
from brace import config, haptics  # noqa: E402
from brace.board import extra  # noqa: E402

print(before != haptics.OUTCOMES, haptics.OUTCOMES, extra.VALUE, brace.newpart.thing.VALUE)
print(config.SETTINGS[0][0], "config.py" in os.listdir(root + "/brace"))
from brace.posture import NAMES  # noqa: E402

print(NAMES[1])
