"""What a server's process takes, as Linux counts it."""

import os
import re
from pathlib import Path


def anonymous(server):
    """Anonymous memory, in MB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024 / 1e6


def count(server, kind):
    """How many the server's process has: of `fd` or of `task`, which is threads."""
    return len(os.listdir(f"/proc/{server.process.pid}/{kind}"))
