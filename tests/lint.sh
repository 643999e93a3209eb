#!/usr/bin/env bash
# Looks at the sources with clang-format and clang-tidy.
#
#   tests/lint.sh           the format of every source (seconds)
#   tests/lint.sh --fix     brings the format in order
#   tests/lint.sh --tidy    clang-tidy without its path analysis as well (minutes)
#   tests/lint.sh --deep    clang-tidy with everything (many minutes)
#
# clang-tidy needs a built build/dev: tests/run.sh or `cmake --preset dev && ninja -C build/dev`.
set -uo pipefail

root=$(dirname "$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)")
# shellcheck source=deploy/packages.sh
source "$root/deploy/packages.sh"
build=$root/build/dev
cd "$root" || exit 1

sources() {
  find engine rules connectors tests bench -name build -prune -o \
    -type f \( -name '*.h' -o -name '*.cc' -o -name '*.inc' \) -not -path 'tests/cases/*' -print0
}

check_format() {
  sources | xargs -0 -r clang-format-19 --dry-run -Werror ||
    die "some sources are not formatted; tests/lint.sh --fix mends them"
  say "the format is in order"
}

# check_tidy [arguments for clang-tidy]: every C++ source that build/dev compiles.
check_tidy() {
  [[ -e $build/compile_commands.json ]] ||
    die "build/dev is not there; cmake --preset dev && ninja -C build/dev makes it"
  say "clang-tidy; this takes a while"
  sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" | sort -u |
    grep -F "$root/" | grep -vF "$root/build/" | grep '\.cc$' | tr '\n' '\0' |
    xargs -0 -r -n1 -P "$(nproc)" clang-tidy-19 -p "$build" --quiet "$@" 2>/dev/null ||
    die "clang-tidy found the above"
  say "clang-tidy is content"
}

mode=${1-}
case $mode in
  '' | --fix | --tidy | --deep) ;;
  *)
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    [[ $mode == --help || $mode == -h ]]
    exit
    ;;
esac

install_packages "$root/build/logs/lint-packages.log" "${lint_packages[@]}"
case $mode in
  --fix) sources | xargs -0 -r clang-format-19 -i ;;
  --tidy) check_format && check_tidy --checks=-clang-analyzer-* ;;
  --deep) check_format && check_tidy ;;
  *) check_format ;;
esac
