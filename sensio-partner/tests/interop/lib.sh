# What the cases are made of: the examples, curl, and what both sides must say.
# shellcheck shell=bash

fail() {
  echo "$*" >&2
  exit 1
}

# --- Programs -----------------------------------------------------------------------------------

# Sets BIN, wherever cargo is told to put it.
build_examples() {
  local target
  cd "$HERE"
  cargo build --quiet -p sensio-partner --features axum --example server --example webhooks
  target=$(cargo metadata --no-deps --format-version 1 | jq -r .target_directory)
  BIN=$target/debug/examples
}

# start NAME COMMAND...: in the background, its output in NAME.out and NAME.err.
start() {
  local name=$1
  shift
  "$@" >>"$name.out" 2>>"$name.err" </dev/null &
  echo $! >>pids
}

# Ends what a case started, by number.
stop_all() {
  local pid
  [ -f pids ] || return 0
  while read -r pid; do kill "$pid" 2>/dev/null || true; done <pids
  rm -f pids
}

# said FILE PATTERN: waits for a line with it, 20 s at most.
said() {
  local try
  for try in {1..400}; do
    if grep -q -- "$2" "$1" 2>/dev/null; then return 0; fi
    sleep 0.05
  done
  fail "in vain: \"$2\" in $1"
}

# listening NAME: the address that the program tells.
listening() {
  said "$1.err" '^listening on '
  sed -n 's/^listening on //p' "$1.err"
}

# --- curl ---------------------------------------------------------------------------------------

# ask STATUS CURL_ARGUMENTS...: the status must be this one; the body is in `body`, the head in `head`.
ask() {
  local wanted=$1 status
  shift
  status=$(curl --silent --show-error --max-time 20 --noproxy '*' --path-as-is \
    --output body --dump-header head --write-out '%{http_code}' "$@") || fail "curl: $?: $*"
  [ "$status" = "$wanted" ] || fail "$status instead of $wanted: $* ($(head -c 300 body))"
}

# is FILTER: jq says true about the body.
is() {
  jq --exit-status "$1" body >/dev/null || fail "not so: $1 ($(head -c 300 body))"
}

# kept COUNT: so many calls are in the file.
kept() {
  local lines
  lines=$(wc -l <calls)
  [ "$lines" -eq "$1" ] || fail "$lines calls are kept, not $1"
}

# last FILTER: jq says true about the last call in the file.
last() {
  tail -n 1 calls | jq --exit-status "$1" >/dev/null || fail "not so: $1 ($(tail -n 1 calls))"
}

# --- The partner's side -------------------------------------------------------------------------

# server: the Partner API with two devices; sets BASE.
server() {
  export PARTNER_SECRET=not-a-real-secret
  start server "$BIN/server" 127.0.0.1:0 calls SN-004711 SN-004712
  BASE=http://$(listening server)/partner
}

CREDENTIALS=(-d grant_type=client_credentials -d client_id=nordlys-partner -d client_secret=not-a-real-secret)

# token: sets TOKEN.
token() {
  ask 200 "${CREDENTIALS[@]}" "$BASE/api/v1/tokens/oauth/accesstoken"
  TOKEN=$(jq -r .access_token body)
}

# call STATUS METHOD PATH [BODY]: with the token, below /api/v1/devices.
call() {
  local body=()
  [ $# -lt 4 ] || body=(-H 'Content-Type: application/json' --data-binary "$4")
  ask "$1" -X "$2" -H "Authorization: Bearer $TOKEN" "${body[@]}" "$BASE/api/v1/devices/$3"
}

# --- Sensio's side ------------------------------------------------------------------------------

# webhooks EVENT...: the receiver, with these events open; sets HOOK.
webhooks() {
  export WEBHOOK_TOKEN=3c1f5f7a-not-a-real-token WEBHOOK_TOKEN_NEXT=the-next-token-not-real
  start webhooks "$BIN/webhooks" 127.0.0.1:0 calls "$@"
  HOOK=http://$(listening webhooks)/hooks/sensio
}

# hook STATUS NAME BODY [CURL_ARGUMENTS...]: posts a webhook with the token, as CONTENT_TYPE if it is set.
hook() {
  local wanted=$1 name=$2 body=$3
  shift 3
  ask "$wanted" -H "X-SensioPartner-EventName: $name" -H "Content-Type: ${CONTENT_TYPE-application/json}" \
    -H "X-SensioPartner-ValidationToken: $WEBHOOK_TOKEN" --data-binary "$body" "$@" "$HOOK"
}
