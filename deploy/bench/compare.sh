#!/usr/bin/env bash
# Measures the farm beside buildah and the Docker engine's builder on the same Dockerfiles, base image,
# registry and machine, push included, and writes docs/benchmarks.md.
#
# Needs a running yard (./brickyard up) whose registry holds the examples' base image (./brickyard demo puts
# it there), and Debian's packages docker.io and buildah. Usage: deploy/bench/compare.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=${1:-3}
api=${BRICKYARD_URL:-http://127.0.0.1:8080}
registry=${BRICKYARD_REGISTRY:-127.0.0.1:5001}
work=$(mktemp -d /tmp/brickyard-bench.XXXXXX)
dockerd_pid=

cleanup() {
  if [ -n "$dockerd_pid" ]; then
    kill "$dockerd_pid" 2>/dev/null || true
    wait "$dockerd_pid" 2>/dev/null || true
  fi
  findmnt -rno TARGET | grep "^$work" | sort -r | xargs -r -n1 umount -l 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

for tool in curl jq tar dockerd buildah findmnt; do
  command -v "$tool" >/dev/null || { echo "compare.sh needs $tool (packages: curl jq docker.io buildah)" >&2; exit 1; }
done
curl -fsS "$api/q/health/ready" >/dev/null || { echo "no farm answers at $api: run ./brickyard up" >&2; exit 1; }

# ---- the peers, each with a data folder of its own and the yard's registry as Docker Hub's mirror ----

export DOCKER_HOST=unix://$work/docker.sock
start_dockerd() {
  dockerd --data-root "$work/docker" --exec-root "$work/docker-exec" --host "$DOCKER_HOST" \
    --pidfile "$work/docker.pid" --bridge none --iptables=false \
    --registry-mirror "http://$registry" --insecure-registry "$registry" >"$work/dockerd.log" 2>&1 &
  dockerd_pid=$!
  until /usr/bin/docker version >/dev/null 2>&1; do
    kill -0 "$dockerd_pid" || { cat "$work/dockerd.log" >&2; exit 1; }
    sleep 0.1
  done
}
stop_dockerd() {
  kill "$dockerd_pid"
  wait "$dockerd_pid" 2>/dev/null || true
  dockerd_pid=
}
empty_docker() {
  stop_dockerd
  findmnt -rno TARGET | grep "^$work/docker" | sort -r | xargs -r -n1 umount -l 2>/dev/null || true
  rm -rf "$work/docker" "$work/docker-exec"
  start_dockerd
}
docker_build() { # folder, name, options…
  local folder=$1 name=$2
  shift 2
  DOCKER_BUILDKIT=1 /usr/bin/docker build -q --network host --build-arg BUILDKIT_INLINE_CACHE=1 \
    --cache-from "$registry/$name" "$@" -t "$registry/$name" "$folder" >>"$work/log" 2>&1
  /usr/bin/docker push -q "$registry/$name" >>"$work/log" 2>&1
}

cat >"$work/registries.conf" <<CONF
[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "$registry"
insecure = true
[[registry]]
location = "$registry"
insecure = true
CONF
export CONTAINERS_REGISTRIES_CONF=$work/registries.conf
bud() { buildah --root "$work/buildah" --runroot "$work/buildah-run" "$@"; }
empty_buildah() { bud rm -a >/dev/null 2>&1 || true; bud rmi -a -f >/dev/null 2>&1 || true; rm -rf "$work/buildah" "$work/buildah-run"; }
buildah_build() { # folder, name, options…
  local folder=$1 name=$2
  shift 2
  bud build -q --layers --isolation oci --network host --tls-verify=false \
    --cache-from "$registry/$name-cache" --cache-to "$registry/$name-cache" "$@" -t "$registry/$name" "$folder" >>"$work/log" 2>&1
  bud push -q --tls-verify=false "$registry/$name" >>"$work/log" 2>&1
}

# From the request until the farm says finished: the events stream ends with BuildFinished.
farm_build() { # folder, name, [query]
  local location state
  location=$(tar -C "$1" -c . | curl -fsS -o /dev/null -D - -X POST --data-binary @- \
    "$api/v1/builds?tag=$registry/$2&project=${2##*/}${3:+&$3}" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  case $location in http*) ;; *) location=$api$location ;; esac
  curl -fsSN "$location/events" >"$work/events"
  state=$(curl -fsS "$location" | jq -r .state)
  [ "$state" = SUCCEEDED ] || { echo "the farm's build ended $state: $location" >&2; exit 1; }
}
empty_farm() {
  ./brickyard down worker >>"$work/log" 2>&1
  rm -rf "${BRICKYARD_YARD_DATA:-.yard}/worker"
  ./brickyard up worker >>"$work/log" 2>&1
}

# ---- measuring ----

declare -A seconds
measure() { # case, builder, command…
  local case=$1 builder=$2 start end
  shift 2
  start=$(date +%s%N)
  "$@" || { echo "$case with $builder failed:" >&2; tail -20 "$work/log" >&2; exit 1; }
  end=$(date +%s%N)
  seconds["$case|$builder"]+="$(awk "BEGIN{printf \"%.3f\", ($end-$start)/1e9}") "
}
median() { tr ' ' '\n' <<<"$1" | grep . | sort -n | awk '{v[NR]=$1} END{print (NR%2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

echo "# $(date -u +%FT%TZ)  $runs runs" >"$work/log"
cp -r examples/flask-app "$work/flask"
touch_app() { printf '\n# %s\n' "$RANDOM$RANDOM$(date +%N)" >>"$work/flask/app.py"; }
mkdir "$work/fifty"
{ echo "FROM debian:bookworm-slim"; for i in $(seq 50); do echo "RUN echo $i > /step-$i"; done; } >"$work/fifty/Dockerfile"

builders="farm docker buildah"
start_dockerd
for run in $(seq "$runs"); do
  id=$(date +%s)-$run
  for b in $builders; do
    echo "run $run of $runs: $b" >&2
    build=${b}_build
    "empty_$b"
    measure "the cold build" "$b" "$build" "$work/flask" "bench/flask-$b-$id"
    measure "nothing changed, warm" "$b" "$build" "$work/flask" "bench/flask-$b-$id"
    touch_app
    measure "last COPY changed, warm" "$b" "$build" "$work/flask" "bench/flask-$b-$id"
    "empty_$b"
    measure "nothing changed, empty disk" "$b" "$build" "$work/flask" "bench/flask-$b-$id"
    touch_app
    "empty_$b"
    measure "last COPY changed, empty disk" "$b" "$build" "$work/flask" "bench/flask-$b-$id"
    "$build" "$work/fifty" "bench/fifty-$b-$id" # the base is there before the clock starts
    if [ "$b" = farm ]; then
      measure "50 trivial RUN steps, no cache" "$b" "$build" "$work/fifty" "bench/fifty-$b-$id" no-cache=true
    else
      measure "50 trivial RUN steps, no cache" "$b" "$build" "$work/fifty" "bench/fifty-$b-$id" --no-cache
    fi
  done
done

{
  echo "# Benchmarks"
  echo
  echo "Made by \`deploy/bench/compare.sh $runs\` on $(date -u +%F), $(nproc) cores, Linux $(uname -r | cut -d- -f1): medians of $runs runs, in seconds,"
  echo "linux/amd64, push included. Every builder uses the same Dockerfiles, the same base image and the same registry on"
  echo "loopback. The farm is measured from the HTTP request to \"finished\": context upload, PostgreSQL, Kafka, claim, build,"
  echo "push and the event that says so. Docker is $(/usr/bin/docker version -f '{{.Server.Version}}')'s BuildKit with inline cache (Debian's"
  echo "package); buildah is $(buildah --version | awk '{print $3}') with \`--cache-from\` and \`--cache-to\`. \"Empty disk\" means that"
  echo "the builder's own data folder was removed; starting the builder again is not counted."
  echo
  echo "| case | Brickyard | Docker's BuildKit | buildah | Brickyard ÷ Docker | Brickyard ÷ buildah |"
  echo "|---|---|---|---|---|---|"
  for case in "nothing changed, warm" "last COPY changed, warm" "nothing changed, empty disk" "last COPY changed, empty disk" \
    "50 trivial RUN steps, no cache" "the cold build"; do
    f=$(median "${seconds["$case|farm"]}")
    d=$(median "${seconds["$case|docker"]}")
    h=$(median "${seconds["$case|buildah"]}")
    awk -v c="$case" -v f="$f" -v d="$d" -v h="$h" 'BEGIN{printf "| %s | %.2f | %.2f | %.2f | %.2f | %.2f |\n", c, f, d, h, f/d, f/h}'
  done
  echo
  echo "Every run:"
  echo
  for key in "${!seconds[@]}"; do echo "- ${key/|/, }: ${seconds[$key]}"; done | sort
} >"$work/report.md"
mkdir -p docs
cp "$work/report.md" docs/benchmarks.md
cat docs/benchmarks.md
