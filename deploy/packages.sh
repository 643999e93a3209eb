# shellcheck shell=bash disable=SC2034
# What Vigie needs from Debian's packages, and how it gets there. Sourced by deploy/quickstart.sh,
# tests/run.sh and tests/lint.sh. Sourcing it defines names and does nothing else.

readonly build_packages=(
  g++ cmake ninja-build pkg-config mold
  librdkafka-dev libre2-dev libsimdjson-dev prometheus-cpp-dev libyaml-cpp-dev libcli11-dev
  libprotobuf-dev protobuf-compiler
  libspdlog-dev libfmt-dev libzstd-dev zlib1g-dev libcpp-httplib-dev libutf8proc-dev
  libssl-dev libbrotli-dev liblmdb-dev libsodium-dev
)
# The broker runs on Java and comes by Maven; kcat talks to it; promtool checks the metrics.
readonly test_packages=(
  doctest-dev python3 openjdk-17-jre-headless maven kcat prometheus
)
readonly bench_packages=(libbenchmark-dev libicu-dev libhyperscan-dev)
readonly lint_packages=(clang-format-19 clang-tidy-19)

# What the build asks of pkg-config: the test of a system whose packages have other names.
readonly build_modules=(
  rdkafka re2 simdjson prometheus-cpp-core yaml-cpp spdlog fmt libzstd zlib cpp-httplib libutf8proc
  libsodium lmdb protobuf
)

say() { printf 'vigie: %s\n' "$*"; }
die() {
  printf 'vigie: %s\n' "$*" >&2
  exit 1
}

# Runs a command as root; `may_be_root` says whether it can. A password is asked for only on a
# terminal.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}
may_be_root() {
  [[ $(id -u) == 0 ]] && return
  command -v sudo >/dev/null || return 1
  [[ -t 0 ]] || sudo -n true 2>/dev/null
}

# Prints those of the named packages that are not installed, one per line.
missing_packages() {
  local installed
  # The query fails when one of the packages is unknown, and still prints the others.
  # shellcheck disable=SC2016  # dpkg-query's own variables
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  local package
  for package in "$@"; do
    grep -qxF "$package installed" <<<"$installed" || printf '%s\n' "$package"
  done
}

# True where the build's tools and libraries are all there, however they came.
have_build_modules() {
  local tool
  for tool in g++ cmake ninja pkg-config protoc; do
    command -v "$tool" >/dev/null || return 1
  done
  pkg-config --exists "${build_modules[@]}"
}

# Keeps the daemons that some packages bring (Prometheus) from starting while the given command
# runs. A policy that is already there stays as it is.
without_daemons() (
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'as_root rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  "$@"
)

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
}

# install_packages LOG PACKAGES...: installs what is missing, and only then calls apt. Ends the
# script with one line when it cannot.
install_packages() {
  local log=$1
  shift
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} == 0 ]] && return
  may_be_root || die "missing packages, and neither root nor sudo to install them; run as root:" \
    "apt-get install -y ${missing[*]}"
  say "installing ${#missing[@]} packages: ${missing[*]}"
  mkdir -p "$(dirname "$log")"
  # A failing update is not the end: one broken third-party list must not stop the others.
  apt_get update >"$log" 2>&1 || true
  if ! without_daemons apt_get install -y --no-install-recommends "${missing[@]}" \
    >>"$log" 2>&1 </dev/null; then
    die "cannot install packages: $(reason_in "$log"); mend it and start again (log: $log)"
  fi
}

# provide_build LOG: sees to it that the build finds its tools and libraries. On another system than
# Debian or Ubuntu, and for a user who may not install, they may have come some other way.
provide_build() {
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    may_be_root || ! have_build_modules || return 0
    install_packages "$1" "${build_packages[@]}"
  else
    have_build_modules || die "this system has no apt: use Debian 12 (or Ubuntu 24.04) or later," \
      "or install the equivalents of: ${build_packages[*]}"
  fi
}

# The line of a log that says most about a failure: the first error, or else the last line.
reason_in() {
  awk '
    /^CMake Error/ { cmake = $0; next }
    cmake != "" && NF { sub(/^ +/, ""); print cmake, $0; found = 1; exit }
    /^E: |: (fatal )?error: |^\[ERROR\]/ { print; found = 1; exit }
    /^FAILED: / && failed == "" { failed = $0 }
    NF { last = $0 }
    END { if (!found) print (cmake != "" ? cmake : failed != "" ? failed : last) }' "$1"
}

# Compilers that run at once: one per processor, and one per GiB of memory at most.
build_jobs() {
  local processors memory_gib
  processors=$(nproc)
  memory_gib=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
  ((memory_gib >= 1)) || memory_gib=1
  echo $((processors < memory_gib ? processors : memory_gib))
}

# Reads ninja's lines and keeps one line of progress on a terminal; silent elsewhere.
show_progress() {
  local line
  while IFS= read -r line; do
    if [[ -t 1 && $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      printf '\r  step %s of %s ' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    fi
  done
  if [[ -t 1 ]]; then printf '\r\033[K'; fi
}

# run_build LOG BUILD [TARGETS...]: builds, with the output in the log.
run_build() {
  local log=$1 build=$2
  shift 2
  ninja -C "$build" -j "$(build_jobs)" "$@" 2>&1 | tee "$log" | show_progress
  if [[ ${PIPESTATUS[0]} != 0 ]]; then
    die "the build failed: $(reason_in "$log"); mend it and start again (log: $log)"
  fi
}
