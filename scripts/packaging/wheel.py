"""Packs a program as a Python wheel for this machine alone, which `auditwheel repair` makes one for others.

wheel.py PROGRAM VERSION NOTICES DIRECTORY
"""

import base64
import hashlib
import os
import stat
import sys
import time
import zipfile
from pathlib import Path

from dependencies import debian_packages

METADATA = """\
Metadata-Version: 2.4
Name: understudy
Version: {version}
Summary: A self-hosted server that speaks the AI Assistants v1 API
License-Expression: Apache-2.0
{license_files}
Requires-Python: >=3.8
Description-Content-Type: text/markdown

"""
# Becomes the program, so that signals and exit codes are its own. It is found beside this file, wherever that was installed. Python ignores
# two signals, and what is ignored stays so.
LAUNCHER = """\
import os
import signal
import sys


def main():
    for name in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(name, signal.SIG_DFL)
    os.execv(os.path.join(os.path.dirname(__file__), "bin", "understudy"), sys.argv)


if __name__ == "__main__":
    main()
"""
MONITORING = [Path("deploy/alerts.yaml"), Path("deploy/grafana-dashboard.json")]
ENTRY_POINTS = """\
[console_scripts]
understudy = understudy.__main__:main
"""
WHEEL = """\
Wheel-Version: 1.0
Generator: understudy
Root-Is-Purelib: false
Tag: {tag}
"""


def main(program, version, notices, directory):
    tag = f"py3-none-linux_{os.uname().machine}"
    info = f"understudy-{version}.dist-info"
    licenses = {"LICENSE": Path("LICENSE"), "THIRD-PARTY-NOTICES.txt": Path(notices)}
    # auditwheel puts libraries of these packages into the wheel.
    for package in debian_packages(program):
        licenses |= {f"debian/{name}": file for name, file in sorted(package.license_files().items())}
    metadata = METADATA.format(version=version, license_files="\n".join(f"License-File: {name}" for name in licenses))
    contents = {
        "understudy/__init__.py": b"",
        "understudy/__main__.py": LAUNCHER.encode(),
        "understudy/bin/understudy": Path(program).read_bytes(),
        **{f"understudy-{version}.data/data/share/understudy/{file.name}": file.read_bytes() for file in MONITORING},
        f"{info}/METADATA": metadata.encode() + Path("README.md").read_bytes(),
        f"{info}/entry_points.txt": ENTRY_POINTS.encode(),
        f"{info}/WHEEL": WHEEL.format(tag=tag).encode(),
        **{f"{info}/licenses/{name}": file.read_bytes() for name, file in licenses.items()},
    }
    record = "".join(f"{name},sha256={digest(data)},{len(data)}\n" for name, data in contents.items())
    contents[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    # auditwheel compresses it once more.
    with zipfile.ZipFile(Path(directory) / f"understudy-{version}-{tag}.whl", "w", zipfile.ZIP_STORED) as wheel:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name, time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6])
            entry.external_attr = (stat.S_IFREG | (0o755 if "/bin/" in name else 0o644)) << 16
            wheel.writestr(entry, data)


def digest(data):
    """As a wheel's RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
