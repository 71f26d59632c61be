#!/usr/bin/env bash
# Packs the program, and installs, upgrades, and removes the packages in a bare Debian, a virtual environment, and a container:
# test-packages.sh [PYTEST ARGUMENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
. scripts/postgres.sh

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
        # The lists in it may be so old that they name files that the mirror no longer has.
        as_root cp /etc/resolv.conf "$tree/etc"
        as_root chroot "$tree" apt-get update -qq
    fi
}

export_source_date
build_release
scripts/package.sh
install_packages buildah debootstrap groff man-db systemd-container
install_python_packages Tests/PackageTests/requirements.txt "$VENV_PACKAGES"

start_postgres
DEV_SCRATCH=$(mktemp --directory --tmpdir understudy-packages.XXXXXX)
trap 'stop_postgres; as_root rm -rf --one-file-system "$DEV_SCRATCH"' EXIT
# An earlier version for upgrades. It is packed fast, and not small.
scripts/packaging/deb.sh "$UNDERSTUDY" 0.0.9~test "$DEV_SCRATCH" -Zgzip -z1
unpack_debian "$DEV_SCRATCH/debian"
# Swift's shared libraries, wherever the toolchain is installed.
DEV_SWIFT=$(swiftc -print-target-info | python3 -c 'import json, sys; print(json.load(sys.stdin)["paths"]["runtimeResourcePath"])')
# As root, Python must not leave files here that nobody else could delete.
as_root env PYTHONDONTWRITEBYTECODE=1 DEV_COMMIT="$DEV_COMMIT" DEV_DATABASE_URL="$DEV_DATABASE_URL" DEV_SCRATCH="$DEV_SCRATCH" \
    DEV_SWIFT="$DEV_SWIFT" "$VENV_PACKAGES/bin/pytest" Tests/PackageTests "$@"
