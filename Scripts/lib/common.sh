# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share: where they are, what they need, and how they speak.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# What the libraries are built with and run on; the BLAS is the threaded one, which the program itself profits from.
packages=(libopenmpi-dev openmpi-bin libpetsc-real-dev libslepc-real-dev libopenblas0-pthread pkg-config)

# Colours only where somebody sees them.
bold='' red='' plain=''
[[ ! -t 2 ]] || bold=$'\033[1m' red=$'\033[1;31m' plain=$'\033[0m'

# Says what is done and after how many seconds, on standard error: standard output is for results.
say() { printf '%s==> %d s:%s %s\n' "$bold" "$SECONDS" "$plain" "$*" >&2; }

# Says why nothing more can be done, and ends the script.
die() {
    printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
    exit 1
}

# Ends the script unless Swift 6.3 or later is there.
need_swift() {
    command -v swift > /dev/null || die "no \`swift\` in PATH: install Swift 6.3 or later from https://www.swift.org/install"
    local version
    version=$(swift --version 2> /dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
    [[ -n $version ]] || die "\`swift --version\` does not tell a version: is $(command -v swift) Swift?"
    ((${version%%.*} * 1000 + ${version#*.} >= 6003)) \
        || die "Swift $version is too old: install Swift 6.3 or later from https://www.swift.org/install"
}

# Prints the packages that are not installed.
missing_packages() {
    local package
    for package in "${packages[@]}"; do
        # shellcheck disable=SC2016 # dpkg-query expands it
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed || echo "$package"
    done
}

# Installs MPI, PETSc, SLEPc and OpenBLAS where they are missing.
need_packages() {
    if ! command -v dpkg-query > /dev/null; then
        command -v mpirun > /dev/null && pkg-config --exists ompi-c slepc 2> /dev/null && return
        die "this system has no dpkg: install Open MPI, PETSc and SLEPc (real scalars) and OpenBLAS with their pkg-config files"
    fi
    local missing
    mapfile -t missing < <(missing_packages)
    ((${#missing[@]})) || return 0
    local sudo=()
    if ((EUID != 0)); then
        command -v sudo > /dev/null || die "not root, and there is no sudo: install ${missing[*]}"
        sudo=(sudo)
    fi
    say "installing ${missing[*]} with apt-get${sudo:+ (by sudo)}"
    local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
    quietly "${apt[@]}" update || die "apt-get update failed"
    quietly "${apt[@]}" install -y --no-install-recommends "${missing[@]}" || die "apt-get install failed"
}

# Runs a command without input and shows what it printed only where it fails.
quietly() {
    local output
    output=$("$@" < /dev/null 2>&1) && return
    printf '%s\n' "$output" >&2
    return 1
}

# Gives Swift and MPI a home to keep things in, where this user has none.
need_home() {
    [[ -n ${HOME:-} && -d $HOME && -w $HOME ]] && return
    export HOME=$root/.build/home
    mkdir -p "$HOME"
}

# Runs a command that must end: `limited SECONDS COMMAND…`. It has no standard input.
#
# `timeout` has a process group of its own, so a Ctrl-C is passed on to it; with job control the command does not
# inherit that it is ignored.
limited() {
    local seconds=$1 status=0 running
    shift
    set -m
    timeout --kill-after=30 "$seconds" "$@" < /dev/null &
    running=$!
    set +m
    trap 'kill -TERM "$running" 2> /dev/null; wait "$running"; exit 130' INT TERM
    wait "$running" || status=$?
    trap - INT TERM
    ((status != 124 && status != 137)) || say "ended after ${seconds} s: $*"
    return "$status"
}

# Builds products in release mode.
build_release() {
    local product
    for product in "$@"; do
        say "building $product in release mode"
        limited 1500 swift build -c release --product "$product" >&2
    done
}

# Prints the folder of the release products.
release_folder() { swift build -c release --show-bin-path < /dev/null; }

need_swift
need_home
need_packages
cd "$root" || die "no folder $root"
