"""Commands in the documentation, which are run as they are written there."""

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
OPERATING = ROOT / "docs/operating.md"


def block(page, phrase):
    """The block of shell commands that has a phrase."""
    blocks = re.findall(r"^( *)```sh\n(.*?)^ *```$", page.read_text(), re.MULTILINE | re.DOTALL)
    [found] = (textwrap.dedent(text) for _, text in blocks if phrase in text)
    return found
