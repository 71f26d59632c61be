#!/usr/bin/env bash
# Packs the program, and installs, upgrades, and removes the packages in a bare Debian, a virtual environment, and a container:
# test-packages.sh [PYTEST ARGUMENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

# Installs a bare Debian into a new folder. It is kept in .build for the next time, because that takes a minute or two.
unpack_debian() {
    local tree=$1 archive=.build/debian-bookworm.tar
    if [ ! -e "$archive" ]; then
        as_root debootstrap --variant=minbase bookworm "$tree" "${DEV_DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$DEV_SCRATCH/debootstrap.log" || {
            cat "$DEV_SCRATCH/debootstrap.log" >&2
            return 1
        }
        as_root tar --create --numeric-owner --directory "$tree" . >"$archive.partial"
        mv "$archive.partial" "$archive"
    else
        mkdir "$tree"
        as_root tar --extract --preserve-permissions --numeric-owner --directory "$tree" <"$archive"
    fi
}

build_release
scripts/package.sh
install_packages buildah debootstrap groff man-db
install_python_packages Tests/PackageTests/requirements.txt "$VENV_PACKAGES"

DEV_SCRATCH=$(mktemp --directory --tmpdir understudy-packages.XXXXXX)
trap 'as_root rm -rf --one-file-system "$DEV_SCRATCH"' EXIT
# An earlier version for upgrades. It is packed fast, and not small.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) scripts/packaging/deb.sh "$UNDERSTUDY" 0.0.9~test "$DEV_SCRATCH" -Zgzip -z1
unpack_debian "$DEV_SCRATCH/debian"
SWIFT=$(dirname "$(dirname "$(realpath "$(command -v swift)")")")
as_root env DEV_COMMIT="$DEV_COMMIT" DEV_SCRATCH="$DEV_SCRATCH" DEV_SWIFT="$SWIFT" "$VENV_PACKAGES/bin/pytest" Tests/PackageTests "$@"
