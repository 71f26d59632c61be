#!/usr/bin/env bash
# Packs a program as a Debian package: deb.sh PROGRAM VERSION DIRECTORY [OPTION OF DPKG-DEB …]
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/packaging/files.sh

program=$1 version=$2 directory=$3
shift 3
umask 022
staging=$(mktemp --directory)
trap 'rm -rf "$staging"' EXIT
root=$staging/root
architecture=$(dpkg --print-architecture)

install_files "$program" "$version" "$root/usr" vendor-completions
install -D --mode 0600 deploy/debian/understudy.env "$root/etc/understudy.env"
documents=$root/usr/share/doc/understudy
install -d "$root/lib/systemd/system" "$documents" "$root/DEBIAN"
# The comments say how to install it by hand.
sed '/^\[Unit\]/,$!d; s|/usr/local/bin/|/usr/bin/|' deploy/understudy.service >"$root/lib/systemd/system/understudy.service"
gzip -9 --no-name --stdout CHANGELOG.md >"$documents/CHANGELOG.md.gz"
gzip -9 --no-name >"$documents/changelog.gz" <<END
understudy ($version) stable; urgency=medium

  * CHANGELOG.md.gz says what is new.

 -- $(sed -n 's/^Maintainer: //p' deploy/debian/control)  $(date --utc --rfc-email --date "@$SOURCE_DATE_EPOCH")
END
python3 scripts/packaging/notices.py >"$documents/THIRD-PARTY-NOTICES.txt"
cat >"$documents/copyright" <<END
Copyright 2026 The Understudy project

Understudy is licensed under the Apache License 2.0: /usr/share/common-licenses/Apache-2.0
THIRD-PARTY-NOTICES.txt has the copyrights and licenses of the libraries that the program contains.
END

# dpkg-shlibdeps wants a source package around it.
mkdir -p "$staging/source/debian"
echo 'Source: understudy' >"$staging/source/debian/control"
depends=$(cd "$staging/source" && dpkg-shlibdeps -O "$root/usr/bin/understudy" | sed 's/^shlibs:Depends=//')

sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@DEPENDS@/$depends/" \
    -e "s/@INSTALLED_SIZE@/$(du --summarize --apparent-size --block-size 1024 "$root" | cut -f1)/" \
    deploy/debian/control >"$root/DEBIAN/control"
echo /etc/understudy.env >"$root/DEBIAN/conffiles"
install --mode 0755 deploy/debian/{postinst,prerm,postrm} "$root/DEBIAN"
(cd "$root" && find usr lib -type f -print0 | sort --zero-terminated | xargs -0 md5sum >DEBIAN/md5sums)

mkdir -p "$directory"
dpkg-deb --root-owner-group "$@" --build "$root" "$directory/understudy_${version}_$architecture.deb" >/dev/null
