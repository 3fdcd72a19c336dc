# The cases of ESPA 4.4.4 lines: a fixed dialogue of a panel, byte by byte, through socat, xxd and
# the sockets of bash.

CASES+=(espa-serial espa-tcp espa-tcp-out)

ESPA_SELECT='04 31 05 32 05'
# To 31, "TEST", from ESPA reference 13; the same as a reset; and with its BCC damaged.
ESPA_CALL='01 31 02 31 1f 33 31 1e 32 1f 54 45 53 54 03 39'
ESPA_RESET='01 31 02 31 1f 33 31 1e 32 1f 54 45 53 54 1e 34 1f 31 03 3d'
ESPA_DAMAGED='01 31 02 31 1f 33 31 1e 32 1f 54 45 53 54 03 38'

# line WAY: a server of its own with one line.
line() {
  cat >"$DIR/server.toml" <<TOML
[[inputs.espa444]]
name = "panel"
$1
fire_panel = true
TOML
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
}

send() { xxd -r -p <<<"$*" >&3; }

# hear BYTES...: the next bytes are these, within 10 s.
hear() {
  local expected=$* got
  got=$(timeout 10 head -c "$#" <&3 | xxd -p | sed 's/../& /g; s/ $//')
  [ "$got" = "$expected" ] || fail "heard \"$got\" instead of \"$expected\""
}

# line_is CONDITION: what the API says of the line, within 10 s.
line_is() {
  local try
  for try in {1..100}; do
    if api /api/lines | jq -e ".lines[0] | $1" >/dev/null; then return 0; fi
    sleep 0.1
  done
  api /api/lines >&2
  fail "the line is not: $1"
}

# The dialogue: a poll, a damaged call, the call, the call once more as if its ACK was lost, a reset.
# SC2086: lists of bytes are meant to be split.
# shellcheck disable=SC2086
dialogue() {
  send 04 32 05
  hear 04
  send $ESPA_SELECT
  hear 06
  send $ESPA_DAMAGED
  hear 31 15
  send $ESPA_CALL
  hear 06
  expect_stored 1 '.kind == "fire" and .answer == "ACK" and .event.device.device == "31" and .repeats == 0'
  send $ESPA_CALL
  hear 06
  send 04
  send $ESPA_SELECT
  hear 06
  send $ESPA_RESET
  hear 06
  send 04
  expect_stored 2 '.protocol == "espa444" and .sender == "panel" and .verdict == "accepted"'
  stored | jq -e '.[0].repeats == 1 and .[1].event.phase == "end"
    and .[1].event.correlation.clears.event == .[0].event.event_id' >/dev/null ||
    fail "the repeat is not counted, or the reset names no call"
  line_is '.state == "up" and .counts.malformed == 1 and .counts.repeats == 1'
  stop_server "$SERVER_PID" TERM || fail "the server ended with $STOPPED_WITH"
  expect_folded "$DIR/alarms.sqlite"
  echo "poll, damaged call, call, repeat, reset"
}

case_espa_serial() {
  socat "PTY,link=$DIR/a,raw,echo=0" "PTY,link=$DIR/b,raw,echo=0" &
  local try
  for try in {1..100}; do [ ! -e "$DIR/b" ] || break; sleep 0.05; done
  line "serial = { device = \"$DIR/a\" }"
  line_is .connected
  exec 3<>"$DIR/b"
  dialogue
}

case_espa_tcp() {
  line 'tcp = { listen = "127.0.0.1:0" }'
  local to
  to=$(jq -er '.["espa444.panel"]' "$ADDRESSES")
  exec 3<>"/dev/tcp/${to%:*}/${to##*:}"
  dialogue
}

case_espa_tcp_out() {
  local port try
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  # The panel is there later than the server: it is connected to as soon as it is.
  line "tcp = { connect = \"127.0.0.1:$port\" }"
  socat "PTY,link=$DIR/b,raw,echo=0" "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr" &
  for try in {1..100}; do [ ! -e "$DIR/b" ] || break; sleep 0.05; done
  exec 3<>"$DIR/b"
  line_is .connected
  dialogue
}
