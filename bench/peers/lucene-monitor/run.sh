#!/usr/bin/env bash
# Compares query_bench with Lucene Monitor: the same queries on the same posts, the same answers,
# and how long each takes.
#
#   run.sh [BUILD] [options of query_bench: --texts FILE --posts N --queries N]
#
# BUILD is build/release unless given. Needs a JDK 17 and Maven, which fetches the jars once.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=$root/build/release
if [[ $# -gt 0 && $1 != --* ]]; then
  # Maven takes a relative folder as one beside pom.xml.
  build=$(cd "$1" && pwd)
  shift
fi
bench=$build/bench/query_bench
jars=$build/lucene-monitor

die() {
  echo "run.sh: $1" >&2
  exit 1
}

[[ -x $bench ]] || die "$bench is missing; run: cmake --preset release && ninja -C build/release"
command -v mvn >/dev/null ||
  die "mvn is missing; run: apt-get install maven openjdk-17-jdk-headless"

# Without the network first: the jars are there after the first time.
package() {
  mvn -B -q "$@" -f "$here/pom.xml" -Dpeer.build="$jars" package \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$jars/libs" >"$jars/maven.log" 2>&1
}
mkdir -p "$jars"
package -o || package || die "Maven failed; see $jars/maven.log"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$bench" "$@" --write "$folder"
java -Xmx4g -XX:+UseSerialGC -cp "$jars/peer.jar:$jars/libs/*" LuceneMonitorPeer \
  "$folder/queries.ndjson" "$folder/posts.txt" "$folder/lists.txt"
"$bench" "$@" --lucene "$folder/lists.txt"
