# Builds a small image with the farm and waits for it.
# test-build.sh API TAG BASE PLATFORMS SECONDS FOLDER
set -eu
api=$1 tag=$2 base=$3 platforms=$4 seconds=$5 context=$6/context

mkdir -p "$context"
date >"$context/when.txt"
if [ -n "$base" ]; then
  printf 'FROM %s\nCOPY when.txt /\nRUN cat /when.txt && uname -m\n' "$base" >"$context/Dockerfile"
else
  printf 'FROM scratch\nCOPY when.txt /\n' >"$context/Dockerfile"
fi

echo "Building $tag for $platforms with the farm at $api:"
cat "$context/Dockerfile"
tar -c -f "$6/context.tar" -C "$context" .
# Not --fail: what a refusal says is in its body.
accepted=$(curl --silent --show-error --max-time 60 --request POST \
  --data-binary "@$6/context.tar" "$api/v1/builds?tag=$tag&platform=$platforms")
id=$(printf '%s' "$accepted" | grep -o '"id" *: *"[^"]*"' | head -n 1 | cut -d '"' -f 4)
if [ -z "$id" ]; then
  echo "The farm refused the build: $accepted"
  exit 1
fi
echo "The build is $api/v1/builds/$id"

begun=$(date +%s)
before=""
while :; do
  build=$(curl --silent --show-error --fail --max-time 30 "$api/v1/builds/$id" || echo '"state":"UNREACHABLE"')
  # The first one is the build's own; its jobs' follow.
  state=$(printf '%s' "$build" | grep -o '"state" *: *"[A-Z]*"' | head -n 1 | cut -d '"' -f 4)
  [ "$state" = "$before" ] || echo "$(($(date +%s) - begun)) s: $state"
  before=$state
  case $state in
    SUCCEEDED)
      echo "The farm builds images."
      exit 0
      ;;
    FAILED | CANCELED) break ;;
  esac
  if [ $(($(date +%s) - begun)) -ge "$seconds" ]; then
    echo "It did not end within $seconds s."
    break
  fi
  sleep 1
done
echo "$build"
curl --silent --show-error --max-time 30 "$api/v1/builds/$id/logs" || true
exit 1
