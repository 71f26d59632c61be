"""What the program is built from, as `swift build` resolved it: versions, licenses, and their texts.

Run in the project's root: `dependencies.py` writes docs/dependencies.md, and `dependencies.py --check` fails if that file is out of date.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

PAGE = Path("docs/dependencies.md")
CHECKOUTS = Path(".build/checkouts")
# What Debian provides for the C libraries that the program is linked with, and their licenses.
SYSTEM_LIBRARIES = {"libsqlite3": "blessing", "libpq": "PostgreSQL", "libdeflate": "MIT"}
UNICODE_LICENSE = Path("deploy/licenses/Unicode-3.0.txt")
# Where Debian keeps the licenses that its copyright files only name.
COMMON_LICENSES = Path("/usr/share/common-licenses")


@dataclass(frozen=True)
class Component:
    """A library that is linked into the program."""

    name: str
    version: str
    location: str
    license: str
    # Its package URL (purl).
    purl: str
    is_direct: bool = False


def swift_packages():
    """The resolved Swift packages, by name."""
    direct = {package_name(url) for url in re.findall(r'\.package\(url: "([^"]+)"', Path("Package.swift").read_text())}
    found = []
    for pin in json.loads(Path("Package.resolved").read_text())["pins"]:
        # With or without the suffix, depending on which of the packages that name it was read first.
        location = pin["location"].removesuffix(".git")
        name, path, version = package_name(location), location.removeprefix("https://"), pin["state"]["version"]
        found.append(Component(name, version, location, license_of(name), purl("swift", path, version), name in direct))
    return sorted(found, key=lambda component: component.name.lower())


def purl(kind, path, version):
    """A package URL. The specification percent-encodes all but these characters, letters, and digits: https://github.com/package-url/purl-spec"""
    return f"pkg:{kind}/{quote(path, safe='/:')}@{quote(version, safe=':')}"


def package_name(url):
    return url.rstrip("/").rsplit("/", 1)[1].removesuffix(".git")


def license_of(name):
    """The SPDX identifier of a package's license."""
    text = " ".join(license_file(name).read_text().split())
    if "Apache License Version 2.0" in text:
        return "Apache-2.0 WITH Swift-exception" if "Runtime Library Exception" in text else "Apache-2.0"
    if "Permission is hereby granted, free of charge" in text:
        return "MIT"
    sys.exit(f"The license of {name} is unknown: read {license_file(name)}, and add it to license_of in {__file__}")


def license_file(name):
    return next(path for path in sorted((CHECKOUTS / name).iterdir()) if path.name.upper().startswith("LICENSE"))


def embedded_components():
    """What those packages and the Swift toolchain carry in them."""
    swift = re.search(r"Swift version (\S+)", output("swift", "--version"))[1]
    yield Component(
        "Swift", swift, "https://github.com/swiftlang/swift", "Apache-2.0 WITH Swift-exception",
        purl("github", "swiftlang/swift", f"swift-{swift}-RELEASE"),
    )  # fmt: skip
    yield Component(
        "ICU, in Swift's Foundation", swift, "https://github.com/swiftlang/swift-foundation-icu", "Unicode-3.0",
        purl("github", "swiftlang/swift-foundation-icu", f"swift-{swift}-RELEASE"),
    )  # fmt: skip
    for package in ("swift-crypto", "swift-nio-ssl"):
        commit = re.search(r"BoringSSL Commit: (\w+)", (CHECKOUTS / package / "Package.swift").read_text())[1]
        yield Component(
            f"BoringSSL, in {package}", commit[:12], "https://boringssl.googlesource.com/boringssl", "Apache-2.0",
            purl("generic", "boringssl", commit),
        )  # fmt: skip
    zlib = (CHECKOUTS / "swift-nio-extras/Sources/CNIOExtrasZlib/vendored-zlib.version").read_text().strip()
    yield Component(
        "zlib, in swift-nio-extras", zlib, "https://github.com/madler/zlib", "Zlib", purl("github", "madler/zlib", zlib)
    )
    keccak = (CHECKOUTS / "swift-crypto/Sources/CXKCP/vendored-sources.txt").read_text()
    commit = re.search(r"-g(\w+)\)", keccak)[1]
    # Names on GitHub are in lower case in package URLs.
    yield Component(
        "XKCP, in swift-crypto", commit, "https://github.com/XKCP/XKCP", "CC0-1.0", purl("github", "xkcp/xkcp", commit)
    )
    header = (CHECKOUTS / "swift-nio/Sources/CNIOLLHTTP/include/c_nio_llhttp.h").read_text()
    version = ".".join(re.search(rf"LLHTTP_VERSION_{part} (\d+)", header)[1] for part in ("MAJOR", "MINOR", "PATCH"))
    yield Component(
        "llhttp, in swift-nio", version, "https://github.com/nodejs/llhttp", "MIT", purl("github", "nodejs/llhttp", version)
    )


def swift_license():
    """The license file of the toolchain, whose libraries the program contains."""
    # The compiler knows its toolchain; the `swift` of PATH may be a link, or the launcher of swiftly.
    resources = json.loads(output("swiftc", "-print-target-info"))["paths"]["runtimeResourcePath"]
    files = [Path(resources).parents[1] / "share/swift/LICENSE.txt", Path("/usr/share/doc/swiftlang/copyright")]
    for file in files:
        if file.exists():
            return file
    sys.exit(
        f"Cannot find Swift's license: there is no {files[0]}, and no {files[1]}. Packages have to contain it. "
        "Use a toolchain of https://www.swift.org/install/linux/"
    )


def notices():
    """The texts of all licenses and notices, which every package of the program has to carry."""
    files = [swift_license(), UNICODE_LICENSE]
    for package in swift_packages():
        root = CHECKOUTS / package.name
        files += [license_file(package.name), *root.glob("NOTICE*"), *sorted((root / "Sources").rglob("LICENSE*"))]
    # Most packages have the very same text.
    names_by_text = {}
    for file in files:
        name = file.relative_to(CHECKOUTS) if file.is_relative_to(CHECKOUTS) else file.name
        names_by_text.setdefault(file.read_text().strip(), []).append("Swift" if file is files[0] else str(name))
    return "\n\n".join(f"{'=' * 80}\n{', '.join(names)}\n{'=' * 80}\n\n{text}" for text, names in names_by_text.items()) + "\n"


@dataclass(frozen=True)
class DebianPackage:
    """A Debian package with libraries that the program loads."""

    name: str
    version: str
    # Of the libraries: the paths of the files themselves.
    files: tuple
    # Whether the program names one of the libraries itself, and not only another library.
    is_direct: bool

    @property
    def purl(self):
        return purl("deb", f"debian/{self.name}", self.version)

    def license_files(self):
        """Debian's copyright file, and the licenses that this only names, by the paths to give them in a package of ours."""
        copyright = Path(f"/usr/share/doc/{self.name}/copyright")
        names = re.findall(rf"{COMMON_LICENSES}/([\w.+-]*\w)", copyright.read_text())
        return {f"{self.name}/copyright": copyright, **{f"common-licenses/{name}": COMMON_LICENSES / name for name in names}}

    def is_in(self, names):
        return any(Path(file).name in names for file in self.files)


def debian_packages(program):
    """The Debian packages of the shared libraries that a program loads, by name."""
    direct = set(re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "--dynamic", program)))
    files, named = {}, set()
    for soname, path in re.findall(r"(\S+) => (/\S+)", output("ldd", program)):
        name = debian_package_of(path)
        files.setdefault(name, []).append(str(Path(path).resolve()))
        if soname in direct:
            named.add(name)
    versions = (output("dpkg-query", "--show", "--showformat=${Version}", name) for name in sorted(files))
    return [
        DebianPackage(name, version, tuple(files[name]), name in named)
        for name, version in zip(sorted(files), versions)
    ]


def debian_package_of(path):
    """The package that a file comes from, which may have been packed when /lib was not a link to /usr/lib."""
    real = str(Path(path).resolve())
    for candidate in (path, real, real.removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "--search", candidate], check=False, capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    sys.exit(f"No Debian package has {path}")


def page():
    def row(component):
        return f"| [{component.name}]({component.location}) | {component.version} | {component.license} |"

    packages = swift_packages()
    head = ["| package | version | license |", "|---|---|---|"]
    lines = [
        "# Dependencies",
        "",
        "Written by `scripts/packaging/dependencies.py` after `swift build`; do not edit. `make test` fails if it is out of date.",
        "",
        "## Named in Package.swift",
        "",
        *head,
        *(row(package) for package in packages if package.is_direct),
        "",
        "## Needed by these",
        "",
        *head,
        *(row(package) for package in packages if not package.is_direct),
        "",
        "## Inside of these and of Swift",
        "",
        "The release program contains Swift's libraries. The version of Swift is that of the build.",
        "",
        *head,
        *(row(component) for component in embedded_components() if not component.purl.startswith("pkg:github/swiftlang/")),
        "| [Swift](https://github.com/swiftlang/swift) | of the build | Apache-2.0 WITH Swift-exception |",
        "| [ICU, in Swift's Foundation](https://github.com/swiftlang/swift-foundation-icu) | of the build | Unicode-3.0 |",
        "",
        "## Libraries of the system",
        "",
        "| library | license |",
        "|---|---|",
        *(f"| {name} | {license} |" for name, license in SYSTEM_LIBRARIES.items()),
        "",
    ]
    return "\n".join(lines)


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text() != page():
            sys.exit(f"{PAGE} is out of date. Run: python3 {sys.argv[0]}")
    else:
        PAGE.write_text(page())
