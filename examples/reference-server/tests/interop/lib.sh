# What the cases are made of: tools, servers, SIPp, and questions to the server's API.

# What a case ends with that cannot be played here.
SKIPPED=77

fail() {
  echo "$*" >&2
  exit 1
}

# skip LACKING WHY...: where everything is to be tested, only what the machine was found to lack.
skip() {
  local lacking=$1
  shift
  if [ "${CI-}" = true ] && [[ " ${CI_LACKS-} " != *" $lacking "* ]]; then
    fail "not tested: $*"
  fi
  echo "$*"
  exit "$SKIPPED"
}

# --- Tools and server ---------------------------------------------------------------------------

install_tools() {
  local missing=() pair as_root=()
  for pair in sipp:sip-tester curl:curl jq:jq python3:python3 openssl:openssl socat:socat xxd:xxd; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "missing, and no apt-get to install them: ${missing[*]}"
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  {
    "${as_root[@]}" apt-get -qq update &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends "${missing[@]}"
  } >/dev/null || fail "could not install ${missing[*]}"
}

# Prints the path of the program, wherever cargo is told to put it.
build_server() {
  local profile=()
  case ${INTEROP_PROFILE:-dev} in
    dev) ;;
    *) profile=(--profile "$INTEROP_PROFILE") ;;
  esac
  (
    cd "$HERE" # a toolchain file of the repository counts
    cargo build --quiet -p reference-server --bin reference-server "${profile[@]}" \
      --message-format=json-render-diagnostics
  ) | jq -ers 'map(select(.executable and .target.name == "reference-server")) | last.executable'
}

# Where the servers receive plain SIP.
LISTEN=127.0.0.1:0

# start_server JOURNAL [FLAGS...]: sets SERVER_PID and ADDRESSES, returns when it is ready.
start_server() {
  local journal=$1 variable
  shift
  ADDRESSES=$DIR/addresses.json
  rm -f "$ADDRESSES"
  (
    # What surrounds us must not steer it.
    for variable in "${!ALARM_@}"; do unset "$variable"; done
    exec "$SERVER" --journal "$journal" --addresses-file "$ADDRESSES" --log warn \
      --http 127.0.0.1:0 --scaip-udp "$LISTEN" --scaip-tcp "$LISTEN" "$@"
  ) >>"$DIR/server.log" 2>&1 &
  SERVER_PID=$!
  local try
  for try in {1..100}; do
    [ ! -s "$ADDRESSES" ] || return 0
    kill -0 "$SERVER_PID" 2>/dev/null || fail "the server did not start"
    sleep 0.05
  done
  fail "the server was not ready after 5 s"
}

# stop_server PID SIGNAL: true when it ended with 0 within 15 s; STOPPED_WITH has the status.
stop_server() {
  local try
  kill -s "$2" "$1" 2>/dev/null || true
  for try in {1..300}; do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.05
  done
  kill -s KILL "$1" 2>/dev/null || true
  STOPPED_WITH=0
  wait "$1" 2>/dev/null || STOPPED_WITH=$?
  [ "$STOPPED_WITH" -eq 0 ]
}

# Ends what this process started, and undoes what it mounted and froze.
stop_all() {
  local pid place
  for pid in $(jobs -p); do kill -s KILL "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  if [ -f "$DIR/immutable" ]; then chattr -R -i "$DIR" 2>/dev/null || true; fi
  if [ -f "$DIR/mounts" ]; then
    while read -r place; do
      if mountpoint -q "$place"; then umount "$place" || umount --lazy "$place" || true; fi
    done <"$DIR/mounts"
  fi
}

address() {
  jq -er ".$1" "${ADDRESSES:-$MAIN_ADDRESSES}"
}

# --- SIPp ---------------------------------------------------------------------------------------

# What the scenarios put into a message; a case changes what it is about.
CID=40211870
PREFIX=
TYPE=
REST='<dty>0003</dty><did>5A19</did><stc>0010</stc>'
# How long a sender waits for its mrs after the 200, in milliseconds.
PATIENCE=500
PLAYS=0

# play SCENARIO udp|tcp|tcp-many CALLS [SIPP OPTIONS...]: fails unless every call succeeded.
# Leaves the answers, one "REF SNU ADDRESSEE BODY" each, in $MRS, and the statistics in $STATISTICS.
play() {
  local scenario=$1 transport=$2 calls=$3 mode target own=127.0.0.1 status=0
  shift 3
  case $transport in
    udp) mode=u1 target=$(address udp) ;;
    tcp) mode=t1 target=$(address tcp) ;;
    tcp-many) mode=tn target=$(address tcp) ;;
  esac
  [[ $target != \[* ]] || own=[::1]
  PLAYS=$((PLAYS + 1))
  local run=$DIR/$PLAYS-$scenario
  mkdir -p "$run"
  MRS=$run/mrs
  STATISTICS=$run/statistics
  : >"$MRS"
  local show=(-trace_msg -message_file "$run/messages")
  [ "$calls" -le 50 ] || show=()
  (
    cd "$run"
    # The screen needs a terminal's name, though nobody looks.
    TERM=xterm sipp "$target" -i "$own" -t "$mode" -max_socket 1000 \
      -sf "$HERE/$scenario.xml" -oocsf "$HERE/mrs.xml" -m "$calls" -r 20 -d "$PATIENCE" \
      -key cid "$CID" -key prefix "$PREFIX" -key type "$TYPE" -key rest "$REST" \
      -nostdin -timeout 25 -timeout_error -recv_timeout 10000 \
      -trace_stat -stf "$STATISTICS" -trace_logs -log_file "$MRS" \
      -trace_err -error_file "$run/errors" "${show[@]}" "$@" >screen 2>&1
  ) || status=$?
  local done_calls failed_calls
  done_calls=$(statistic 'SuccessfulCall(C)')
  failed_calls=$(statistic 'FailedCall(C)')
  if [ $status -ne 0 ] || [ "$done_calls" != "$calls" ] || [ "$failed_calls" != 0 ]; then
    [ ! -s "$run/messages" ] || tail -n 60 "$run/messages" >&2
    # SIPp logs each mrs here too, without a line end.
    [ ! -s "$run/errors" ] || sed -E 's/[^:]*: Received out-of-call [^,]*, using the out-of-call scenario//g' "$run/errors" >&2
    fail "SIPp ended with $status: $done_calls of $calls calls done, $failed_calls failed"
  fi
}

# A number of the last SIPp run.
statistic() {
  [ -s "$STATISTICS" ] || { echo none && return; }
  awk -F ';' -v name="$1" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i }
    END { print column ? $column : "none" }' "$STATISTICS"
}

# How many mrs the last SIPp run got; with a pattern, how many like "REF SNU ADDRESSEE BODY".
answers() {
  grep -cE -- "${1-}" "$MRS" || true
}

# expect_answers COUNT [PATTERN]: that many mrs, and all of them like the pattern.
expect_answers() {
  local all like
  all=$(answers)
  like=$(answers "${2-}")
  [ "$all" = "$1" ] && [ "$like" = "$1" ] || {
    cat "$MRS" >&2
    fail "expected $1 mrs like \"${2-}\", got $all, $like of them like it"
  }
}

# --- The server's side --------------------------------------------------------------------------

api() {
  curl --silent --show-error --max-time 5 "http://$(address http)$1"
}

# Prints the alarms that were stored since mark, as one JSON array.
stored() {
  local after=$MARK page
  while :; do
    page=$(api "/api/alarms?after=$after&limit=1000") || return
    jq -c '.alarms[]' <<<"$page"
    [ "$(jq '.alarms | length' <<<"$page")" -eq 1000 ] || break
    after=$(jq -r .next <<<"$page")
  done | jq -cs .
}

# From here on the case looks.
mark() {
  local next=0 page
  while :; do
    page=$(api "/api/alarms?after=$next&limit=1000")
    [ "$(jq '.alarms | length' <<<"$page")" -gt 0 ] || break
    next=$(jq -r .next <<<"$page")
  done
  MARK=$next
}
MARK=0

# expect_stored COUNT [CONDITION]: exactly that many since mark, refused ones included, and the jq
# condition holds for each. What comes late has 5 s.
expect_stored() {
  local count=$1 condition=${2:-true} all=[] found=0 try
  for try in {1..50}; do
    all=$(stored)
    found=$(jq length <<<"$all")
    [ "$found" -lt "$count" ] || break
    sleep 0.1
  done
  if [ "$found" != "$count" ] || ! jq -e "all(.[]; $condition)" <<<"$all" >/dev/null; then
    jq -c '.[] | del(.event)' <<<"$all" | head -n 20 >&2
    fail "expected $count stored with \"$condition\", found $found"
  fi
}

# Every stored, accepted ref was answered with snu 0, and every ref answered so is stored.
expect_stored_as_answered() {
  local file=${1:-$MRS}
  diff <(stored | jq -r '.[] | select(.verdict == "accepted") | .ref' | sort) \
    <(awk '$2 == "0" { print $1 }' "$file" | sort -u) >&2 ||
    fail "stored (<) and answered with snu 0 (>) differ"
}

# After a clean stop the journal is one file, whole.
expect_folded() {
  [ ! -s "$1-wal" ] || {
    ls -l "$1"* >&2
    fail "the write-ahead log was not folded back by a clean stop"
  }
}

# The record of one alarm, by ref, since mark.
detail() {
  local id
  id=$(stored | jq -er --arg ref "$1" '.[] | select(.ref == $ref) | .id') || fail "no alarm $1"
  api "/api/alarms/$id"
}

# expect_delivered REF ATTEMPTS: the server knows that the sender took this many mrs.
expect_delivered() {
  local found=null try
  for try in {1..50}; do
    found=$(detail "$1" | jq -c .answer_given.delivery)
    [ "$(jq '.delivered // 0' <<<"$found")" -lt "$2" ] || break
    sleep 0.1
  done
  jq -e ".attempts == $2 and .delivered == $2" <<<"$found" >/dev/null ||
    fail "expected $2 mrs to $1 delivered, the server says $found"
}

# The value of one line of /metrics.
metric() {
  api /metrics | awk -v name="$1" '$1 == name { print $2; found = 1 } END { if (!found) print 0 }'
}

sip_count() {
  metric "alarm_sip_total{count=\"$1\"}"
}

WARNINGS='alarm_input_warnings_total{input="scaip"}'

# expect_rise BEFORE BY COMMAND...: what the command prints becomes BEFORE + BY within 5 s (the
# counts of the SIP layer are published every 2 s) and not more.
expect_rise() {
  local before=$1 by=$2 now try
  shift 2
  for try in {1..50}; do
    now=$("$@")
    [ "$now" -lt $((before + by)) ] || break
    sleep 0.1
  done
  [ "$now" -eq $((before + by)) ] || fail "$*: was $before, expected $by more, is $now"
}

# expect_health STATUS CONDITION SECONDS: /healthz answers so in time; prints how long it took.
expect_health() {
  local status=$1 condition=$2 seconds=$3 start=${EPOCHREALTIME/./} code
  while :; do
    code=$(curl --silent --max-time 5 --output "$DIR/health" --write-out '%{http_code}' \
      "http://$(address http)/healthz") || true
    if [ "$code" = "$status" ] && jq -e "$condition" "$DIR/health" >/dev/null; then
      echo "$(((${EPOCHREALTIME/./} - start) / 1000)) ms"
      return
    fi
    if [ $(((${EPOCHREALTIME/./} - start) / 1000000)) -ge "$seconds" ]; then
      cat "$DIR/health" >&2
      fail "/healthz: expected $status with $condition within $seconds s, is $code"
    fi
    sleep 0.1
  done
}
