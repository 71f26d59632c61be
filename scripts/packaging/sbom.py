"""Writes an SPDX 2.3 document of the packages in a directory: sbom.py PROGRAM VERSION DIRECTORY"""

import hashlib
import json
import os
import re
import sys
import zipfile
from datetime import datetime, timezone
from pathlib import Path

from dependencies import debian_packages, embedded_components, swift_packages

PROGRAM_ID = "SPDXRef-understudy"


def main(program, version, directory):
    artifacts = sorted(path for path in Path(directory).iterdir() if path.suffix in (".gz", ".xz", ".deb", ".whl"))
    statically_linked = [*swift_packages(), *embedded_components()]
    of_debian = debian_packages(program)
    packages = [described(PROGRAM_ID, "understudy", version, "Apache-2.0", purl=f"pkg:generic/understudy@{version}")]
    relations = []
    for component in statically_linked:
        packages.append(
            described(identifier(component.name), component.name, component.version, component.license,
                      location=f"git+{component.location}", purl=component.purl)
        )  # fmt: skip
        relations.append((PROGRAM_ID, "STATIC_LINK", identifier(component.name)))
    for package in of_debian:
        packages.append(described(identifier(package.name), package.name, package.version, "NOASSERTION", purl=package.purl))
        relations.append((PROGRAM_ID, "DYNAMIC_LINK" if package.is_direct else "DEPENDS_ON", identifier(package.name)))
    for artifact in artifacts:
        entry = described(identifier(artifact.name), artifact.name, version, "Apache-2.0")
        entry["packageFileName"] = artifact.name
        entry["checksums"] = [{"algorithm": "SHA256", "checksumValue": hashlib.sha256(artifact.read_bytes()).hexdigest()}]
        packages.append(entry)
        relations += [("SPDXRef-DOCUMENT", "DESCRIBES", identifier(artifact.name)), (identifier(artifact.name), "CONTAINS", PROGRAM_ID)]
        relations += [(identifier(artifact.name), "CONTAINS", identifier(package.name)) for package in of_debian if package.is_in(bundled(artifact))]
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"understudy-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/understudy-{version}-{digest_of(artifacts)}",
        "creationInfo": {"created": created(), "creators": ["Tool: understudy-sbom.py"]},
        "packages": packages,
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in relations
        ],
    }
    (Path(directory) / f"understudy-{version}.spdx.json").write_text(json.dumps(document, indent=1) + "\n")


def described(id, name, version, license, location="NOASSERTION", purl=None):
    package = {
        "SPDXID": id,
        "name": name,
        "versionInfo": version,
        "downloadLocation": location,
        "filesAnalyzed": False,
        "licenseConcluded": license,
        "licenseDeclared": license,
        "copyrightText": "NOASSERTION",
    }
    if purl:
        package["externalRefs"] = [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
        ]
    return package


def identifier(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", name)


def bundled(artifact):
    """The names of the libraries in a wheel, as they are called on the system: auditwheel puts a hash into each."""
    if artifact.suffix != ".whl":
        return set()
    with zipfile.ZipFile(artifact) as wheel:
        names = [name.rsplit("/", 1)[1] for name in wheel.namelist() if re.match(r"[^/]+\.libs/", name)]
    return {re.sub(r"-[0-9a-f]{8}(?=\.)", "", name) for name in names}


def created():
    return datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest_of(artifacts):
    return hashlib.sha256(b"".join(artifact.read_bytes() for artifact in artifacts)).hexdigest()[:32]


if __name__ == "__main__":
    main(*sys.argv[1:])
