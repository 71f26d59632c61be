# What packages consist of; sourced with the project's root as the working directory.
# shellcheck shell=bash

# Puts the program, its manual page, its completions, and what monitors it under a prefix: install_files PROGRAM VERSION PREFIX ZSH_DIRECTORY
install_files() {
    local program=$1 version=$2 prefix=$3 zsh=$4
    install -D --mode 0755 "$program" "$prefix/bin/understudy"
    mkdir -p "$prefix"/share/{man/man1,bash-completion/completions,fish/vendor_completions.d} "$prefix/share/zsh/$zsh"
    "$program" --experimental-dump-help |
        python3 scripts/packaging/manual_page.py "$version" "$(date --utc --date "@$SOURCE_DATE_EPOCH" +%F)" |
        gzip -9 --no-name >"$prefix/share/man/man1/understudy.1.gz"
    "$program" --generate-completion-script bash | sed '1{/^#!/d}' >"$prefix/share/bash-completion/completions/understudy"
    "$program" --generate-completion-script zsh >"$prefix/share/zsh/$zsh/_understudy"
    "$program" --generate-completion-script fish >"$prefix/share/fish/vendor_completions.d/understudy.fish"
    install -D --mode 0644 --target-directory "$prefix/share/understudy" deploy/alerts.yaml deploy/grafana-dashboard.json
}
