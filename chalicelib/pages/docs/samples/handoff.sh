#!/usr/bin/env bash
# handoff.sh: hand one youth over, then follow the status until it is closed.
# Needs curl, and sign.sh beside it.
set -euo pipefail
. "$(dirname "$0")/sign.sh"
PLATFORM=${PLATFORM:-my_app}

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# request METHOD PATH SCOPE [BODY]: curl tries again by itself; the jti stays, so that is safe.
request() {
  curl -sS --fail-with-body --max-time 10 --retry 4 --retry-connrefused \
    -o "$answer" -X "$1" "$HUB$2" \
    -H "Authorization: Bearer $(token "$1" "$2" "$3" "$(new_jti)" "${4:-}")" \
    ${4:+-H "Content-Type: application/json" --data-binary "$4"} ||
    { cat "$answer" >&2; exit 1; }
}

member() { sed -E "s/.*\"$1\":\"?([^\",}]*).*/\1/" "$answer"; }

wish='{"platform":"%s","kind":"call","session":"chat","locale":"fr","subject":"sandbox:walk"}'
request POST /v1/handoffs handoff:create "$(printf "$wish" "$PLATFORM")"
id=$(member id)
echo "$id  open this for the youth: $(member youth)"

status=''
while [ "$status" != closed ]; do
  request GET "/v1/handoffs/$id" handoff:read
  if [ "$(member status)" != "$status" ]; then
    status=$(member status)
    echo "$id  $(member sequence)  $status"
  fi
  sleep 2
done
