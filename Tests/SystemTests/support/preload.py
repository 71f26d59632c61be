"""Libraries in C that a program is started with, in front of the system's."""

import subprocess

from support.paths import SUPPORT


def preloaded(source, directory):
    """Build a library of a source that is here, and return the environment of programs that have it in front."""
    library = directory / f"{source}.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", library, SUPPORT / source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}
