#!/usr/bin/env bash
# From a fresh Debian 12 machine to a running Vigie: installs what is missing, builds, and starts
# the demo, which needs no broker. Later runs start in seconds.
#
#   deploy/quickstart.sh [--build-only] [arguments for `vigie demo`]
#
#   --build-only   install and build, and do not start anything
#   --help         this text
#
# Runs as root, or as a user with sudo. Everything that is built lies in build/quickstart.
set -uo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(dirname "$here")
build=$root/build/quickstart
logs=$build/logs
# shellcheck source=deploy/packages.sh
source "$here/packages.sh"

# A build folder that was made for a tree in another place is of no use.
drop_foreign_build() {
  local cache=$build/CMakeCache.txt
  if [[ -e $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
    rm -rf "$build"
  fi
}

configure() {
  [[ -e $build/build.ninja ]] && return
  say "configuring"
  if ! cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DVIGIE_TESTS=OFF >"$logs/configure.log" 2>&1; then
    die "cannot configure: $(reason_in "$logs/configure.log"); mend it and start again" \
      "(log: $logs/configure.log)"
  fi
}

build_only=no
case ${1-} in
  --build-only)
    build_only=yes
    shift
    ;;
  --help | -h)
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

drop_foreign_build
mkdir -p "$logs" || die "cannot write to $build; give this user the right to, or copy the tree"
provide_build "$logs/packages.log"
configure
if [[ ! -x $build/engine/app/vigie ]]; then
  say "building; the first time takes some minutes"
fi
run_build "$logs/build.log" "$build" vigie
if [[ $build_only == yes ]]; then
  say "built: $build/engine/app/vigie"
  exit 0
fi
exec "$build/engine/app/vigie" demo "$@"
