# What the other scripts share; sourced with the project's root as the working directory.
# shellcheck shell=bash

# Where Python packages go, so that the system's stay as they are.
VENV=.build/venv
# shellcheck disable=SC2034
VENV_PACKAGES=.build/venv-packages

# What the program is built with, beside Swift.
# shellcheck disable=SC2034
BUILD_PACKAGES=(libsqlite3-dev libpq-dev libdeflate-dev pkg-config)

# Whether this is the root of a Git checkout. A tarball that was unpacked inside of another repository is none.
is_checkout() {
    local prefix
    prefix=$(git rev-parse --show-prefix 2>/dev/null) && [ -z "$prefix" ]
}

# The commit that is checked out, with -dirty if a file differs from it; nothing if it is unknown.
current_commit() {
    is_checkout || return 0
    git describe --always --exclude '*' --abbrev=7 --dirty 2>/dev/null || true
}

# The commit that `understudy --version` names: the current one, or what the variable has already. Package.swift reads it.
DEV_COMMIT=${DEV_COMMIT-$(current_commit)}
export DEV_COMMIT

# Sets SOURCE_DATE_EPOCH, the date of packed files, to that of the commit, so that the same program packed twice gives the same packages.
export_source_date() {
    local date=
    if is_checkout; then date=$(git log -1 --format=%ct 2>/dev/null || true); fi
    export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-${date:-$(date +%s)}}
}

# Runs a command as root, by sudo where that is needed.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Installs Debian packages that are missing.
install_packages() {
    local missing=()
    local package
    for package in "$@"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    echo "Installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
}

require_swift() {
    if ! command -v swift >/dev/null; then
        echo "Swift 6.3 or newer is needed: https://www.swift.org/install/linux/" >&2
        exit 1
    fi
}

# Makes a virtual environment, with the packages of a requirements file: install_python_packages FILE [VENV] [PYTHON]
install_python_packages() {
    local venv=${2:-$VENV} python=${3:-python3}
    if [ ! -x "$venv/bin/pip" ]; then
        "$python" -c 'import ensurepip' 2>/dev/null || install_packages python3-venv
        "$python" -m venv "$venv"
    fi
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$1"
}

# Installs what is missing, builds the release program, and puts its path into UNDERSTUDY. Everything that is run, tested, packaged, or
# measured is this build: it contains Swift's libraries, and no symbols.
build_release() {
    require_swift
    install_packages "${BUILD_PACKAGES[@]}" || return
    local flags=(--configuration release --static-swift-stdlib --disable-local-rpath -Xlinker -s)
    # Callers may ask whether it failed, and then the shell does not stop here by itself.
    swift build "${flags[@]}" --product understudy || return
    UNDERSTUDY="$(swift build "${flags[@]}" --show-bin-path)/understudy"
}

# Makes an account in ./data where there is no database, and reads its credentials. IS_NEW tells whether it was made now.
first_account() {
    local credentials=data/initial-credentials
    IS_NEW=no
    if [ ! -e data/understudy.sqlite ]; then
        local account
        account=$("$UNDERSTUDY" account create --data-directory data --format json) || return
        (
            umask 077
            sed -E 's/.*"auth_token":"([^"]*)".*"sid":"([^"]*)".*/UNDERSTUDY_ACCOUNT_SID=\2\nUNDERSTUDY_AUTH_TOKEN=\1/' \
                <<<"$account" >"$credentials"
        )
        IS_NEW=yes
    fi
    if [ ! -e "$credentials" ]; then
        echo "$credentials is not there, so the credentials of ./data are not known here" >&2
        return 1
    fi
    # shellcheck source=/dev/null
    . "./$credentials"
}
