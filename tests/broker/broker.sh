#!/usr/bin/env bash
# A real Apache Kafka broker (KRaft, one node, 127.0.0.1) for the tests.
#
#   broker.sh fetch         fetches the jars with Maven, once
#   broker.sh start [DIR]   starts a broker that lives in DIR and prints HOST:PORT; when one is
#                           running there already, only prints its address
#   broker.sh stop [DIR]    stops it and removes its data; fine when there is none
#
# Jars and what speeds up starts are kept in $VIGIE_BUILD/kafka (VIGIE_BUILD: the folder build at
# the root of the sources); DIR is $VIGIE_BUILD/kafka/run unless given. Exit codes: 0 done,
# 77 the jars are missing, 1 anything else, with one line on stderr that says how to mend it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kafka=${VIGIE_BUILD:-$here/../../build}/kafka
start_seconds_max=60
stop_seconds_max=30

die() {
  echo "broker.sh: $1" >&2
  exit "${2:-1}"
}

need() { # COMMAND PACKAGE
  command -v "$1" > /dev/null || die "$1 is missing; run: apt-get install $2"
}

fetch() {
  [[ -d $kafka/libs ]] && return
  need mvn maven
  local partial=$kafka/libs.partial.$$
  mkdir -p "$kafka"
  mvn -B -q -f "$here/pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$partial" > "$kafka/fetch.log" 2>&1 || {
    rm -rf "$partial"
    die "Maven could not fetch the jars; see $kafka/fetch.log and check the network"
  }
  # Another fetch may have been quicker: both are whole.
  mv -T "$partial" "$kafka/libs" 2> /dev/null || rm -rf "$partial"
}

free_ports() {
  python3 -c '
import socket
sockets = [socket.socket() for _ in range(2)]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))'
}

# The data folder is formatted once and copied: formatting takes as long as starting.
formatted_template() {
  [[ -d $kafka/template ]] && return
  local partial=$kafka/template.partial.$$
  mkdir -p "$partial"
  write_properties "$partial/server.properties" "$partial/data" 9092 9093
  java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$kafka/libs/*" \
    kafka.tools.StorageTool format -t dmlnaWUtdGVzdC1icm9rZQ -c "$partial/server.properties" \
    > "$kafka/format.log" 2>&1 || {
    rm -rf "$partial"
    die "the broker's data folder could not be formatted; see $kafka/format.log"
  }
  mv -T "$partial" "$kafka/template" 2> /dev/null || rm -rf "$partial"
}

write_properties() { # FILE DATA_FOLDER PORT CONTROLLER_PORT
  # Retention is off because test data carries old timestamps; the cleaner's buffer is small
  # because its default would not fit the heap.
  cat > "$1" << END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$4
listeners=PLAINTEXT://127.0.0.1:$3,CONTROLLER://127.0.0.1:$4
advertised.listeners=PLAINTEXT://127.0.0.1:$3
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$2
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.backoff.ms=500
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
END
}

running() { # DIR: whether the process in DIR/pid is the broker of DIR
  [[ -f $1/pid ]] && tr '\0' '\n' 2> /dev/null < "/proc/$(cat "$1/pid")/cmdline" \
    | grep -qxF "$1/server.properties"
}

launch() { # DIR
  local archive=$kafka/classes.jsa options=()
  # Class data sharing halves the start. The first broker writes the archive as it stops.
  if [[ -f $archive ]]; then
    options=(-XX:SharedArchiveFile="$archive" -Xlog:cds=off -Xlog:cds+dynamic=off)
  else
    options=(-XX:ArchiveClassesAtExit="$1/classes.jsa" -Xlog:cds=off -Xlog:cds+dynamic=off)
  fi
  # shellcheck disable=SC2094
  setsid java "-Xmx${VIGIE_BROKER_HEAP:-192m}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    "${options[@]}" -cp "$kafka/libs/*" kafka.Kafka "$1/server.properties" \
    < /dev/null > "$1/broker.log" 2>&1 &
  echo $! > "$1/pid"
}

# Waits inside kcat, which keeps trying to connect until its own timeout.
ready() { # DIR ADDRESS
  local end=$((SECONDS + start_seconds_max))
  while ((SECONDS < end)) && kill -0 "$(cat "$1/pid")" 2> /dev/null; do
    kcat -b "$2" -X reconnect.backoff.ms=50 -X reconnect.backoff.max.ms=200 -m 2 -L 2> /dev/null \
      | grep -q "broker 1 at $2" && return
  done
  return 1
}

start() { # DIR
  if running "$1" && [[ -f $1/address ]]; then
    cat "$1/address"
    return
  fi
  [[ -d $kafka/libs ]] || die "the broker's jars are missing; run: tests/broker/broker.sh fetch" 77
  need java openjdk-17-jre-headless
  need kcat kcat
  need python3 python3
  formatted_template
  local attempt port controller_port
  for attempt in 1 2 3; do # a free port may be taken before the broker gets it
    remove "$1"
    mkdir -p "$1"
    cp -r "$kafka/template/data" "$1/data"
    read -r port controller_port < <(free_ports)
    write_properties "$1/server.properties" "$1/data" "$port" "$controller_port"
    launch "$1"
    if ready "$1" "127.0.0.1:$port"; then
      echo "127.0.0.1:$port" | tee "$1/address"
      return
    fi
    halt "$1"
  done
  die "the broker did not start in $attempt attempts; see $1/broker.log"
}

halt() { # DIR
  running "$1" || return 0
  local pid
  pid=$(cat "$1/pid")
  kill "$pid"
  timeout "$stop_seconds_max" tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
}

# Removes only what start() made.
remove() { # DIR
  [[ -d $1 ]] || return 0
  rm -rf "$1/data" "$1/pid" "$1/address" "$1/server.properties" "$1/classes.jsa"
}

stop() { # DIR
  halt "$1"
  if [[ -f $1/classes.jsa && ! -f $kafka/classes.jsa ]]; then
    mv "$1/classes.jsa" "$kafka/classes.jsa"
  fi
  remove "$1"
}

action=${1:-}
folder=${2:-$kafka/run}
case $action in
  fetch) fetch ;;
  start | stop)
    mkdir -p "$folder"
    "$action" "$(cd "$folder" && pwd)"
    ;;
  *) die "say fetch, start [DIR] or stop [DIR]" ;;
esac
