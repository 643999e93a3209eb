#!/usr/bin/env bash
# Everything the tests need, and then the tests: installs what is missing, fetches the Kafka broker,
# builds and runs ctest.
#
#   tests/run.sh [--preset dev|release|asan|tsan] [--label REGEX] [--long]
#
#   --preset P   which build (dev); it lies in build/P
#   --label L    only the tests whose label matches: tidy unit golden cli simulation broker slow
#   --long       the same tests with many more rounds (sets VIGIE_LONG=1)
#   --help       this text
#
# With CI=true in the environment it also checks the format and runs clang-tidy, and the tests of
# the labels tidy, unit, golden and simulation under both sanitizers, before the whole suite.
set -uo pipefail

root=$(dirname "$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)")
# shellcheck source=deploy/packages.sh
source "$root/deploy/packages.sh"
logs=$root/build/logs
quick_labels='^(tidy|unit|golden|simulation)$'

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

configure() {
  local preset=$1 log=$logs/configure-$1.log
  (cd "$root" && cmake --preset "$preset") >"$log" 2>&1 ||
    die "cannot configure $preset: $(reason_in "$log"); mend it and start again (log: $log)"
}

# build_tests PRESET [TARGETS...]: everything where no target is named.
build_tests() {
  local preset=$1
  shift
  configure "$preset"
  say "building $preset"
  run_build "$logs/build-$preset.log" "$root/build/$preset" "$@"
}

# run_tests PRESET [LABEL]
run_tests() {
  local preset=$1 label=${2-} select=()
  if [[ -n $label ]]; then select=(-L "$label"); fi
  say "testing $preset${label:+, labels $label}"
  ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error \
    -j "$(nproc)" "${select[@]}"
}

preset=dev
label=
while (($#)); do
  case $1 in
    --preset)
      preset=${2-}
      shift
      ;;
    --label)
      label=${2-}
      shift
      ;;
    --long) export VIGIE_LONG=1 ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      usage >&2
      die "unknown argument $1"
      ;;
  esac
  shift
done
case $preset in
  dev | release | asan | tsan) ;;
  *) die "there is no preset '$preset'; take dev, release, asan or tsan" ;;
esac

mkdir -p "$logs" || die "cannot write to $root/build; give this user the right to, or copy the tree"
packages=("${build_packages[@]}" "${test_packages[@]}")
if [[ $preset == release ]]; then packages+=("${bench_packages[@]}"); fi
if [[ ${CI-} == true ]]; then packages+=("${lint_packages[@]}"); fi
install_packages "$logs/packages.log" "${packages[@]}"
if [[ -z $label || broker =~ $label ]]; then
  VIGIE_BUILD=$root/build bash "$root/tests/broker/broker.sh" fetch || exit
fi

if [[ ${CI-} == true ]]; then
  bash "$root/tests/lint.sh" || exit
  for sanitizer in asan tsan; do
    build_tests "$sanitizer" quick_tests
    run_tests "$sanitizer" "$quick_labels" || exit
  done
fi
build_tests "$preset"
if [[ ${CI-} == true ]]; then
  bash "$root/tests/lint.sh" --tidy || exit
fi
run_tests "$preset" "$label"
