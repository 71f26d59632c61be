#!/usr/bin/env bash
# Builds the release program and packs it into dist/: a tarball, a Debian package, a Python wheel, an SPDX SBOM, and SHA256SUMS. The
# program itself is there for the Dockerfile.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
. scripts/packaging/files.sh

build_release
install_packages binutils dpkg-dev python3 xz-utils
install_python_packages scripts/packaging/requirements.txt "$VENV_PACKAGES"

export_source_date
version=$("$UNDERSTUDY" --version | cut -d ' ' -f 1)
umask 022
staging=$(mktemp --directory)
trap 'rm -rf "$staging"' EXIT
rm -rf dist
mkdir dist

cp "$UNDERSTUDY" dist/understudy
python3 scripts/packaging/notices.py >dist/THIRD-PARTY-NOTICES.txt

scripts/packaging/deb.sh "$UNDERSTUDY" "$version" dist -Zxz

name=understudy-$version-linux-$(uname --machine)
tree=$staging/$name
install_files "$UNDERSTUDY" "$version" "$tree" site-functions
install -d "$tree/docs"
cp README.md CHANGELOG.md SECURITY.md LICENSE dist/THIRD-PARTY-NOTICES.txt deploy/understudy.service "$tree"
cp docs/operating.md "$tree/docs"
tar --create --directory "$staging" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner "$name" |
    gzip -9 --no-name >"dist/$name.tar.gz"

python3 scripts/packaging/wheel.py "$UNDERSTUDY" "$version" dist/THIRD-PARTY-NOTICES.txt "$staging"
PATH="$PWD/$VENV_PACKAGES/bin:$PATH" auditwheel repair --wheel-dir dist "$staging"/*.whl

python3 scripts/packaging/sbom.py "$UNDERSTUDY" "$version" dist
(cd dist && sha256sum -- * >"$staging/SHA256SUMS" && mv "$staging/SHA256SUMS" .)
ls -l dist
