# The cases of panels: fixed bytes of a panel in Contact ID and SIA DC-09, through socat and the
# sockets of bash, and a frame that OpenSSL encrypted. The CRC is computed here.

CASES+=(contact-id-tcp dc09-udp dc09-tcp dc09-encrypted layout-serial)

PANEL_KEY=000102030405060708090A0B0C0D0E0F

# panels: a server of its own with one receiver.
panels() {
  cat >"$DIR/server.toml" <<TOML
[[inputs.panel]]
name = "panels"
tcp = "127.0.0.1:0"
udp = "127.0.0.1:0"
[[inputs.panel.account]]
account = "4711"
profile = "care-unit-a"
[[inputs.panel.account]]
account = "BEEF"
profile = "care-unit-b"
key = "$PANEL_KEY"
TOML
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
}

# panel_address tcp|udp: host and port.
panel_address() {
  jq -er ".[\"panel.panels.$1\"]" "$ADDRESSES"
}

# heard FILE TEXT: the file holds exactly this, printf escapes included.
heard() {
  # shellcheck disable=SC2059
  cmp -s "$1" <(printf "$2") || fail "heard $(xxd -p "$1" | tr -d '\n') instead of \"$2\""
}

# crc BODY: CRC-16/ARC, four hexadecimal digits.
crc() {
  local -i crc=0 i bit
  for ((i = 0; i < ${#1}; i++)); do
    crc=$((crc ^ $(printf '%d' "'${1:i:1}")))
    for bit in {1..8}; do crc=$((crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1)); done
  done
  printf '%04X' "$crc"
}

# framed BODY: LF, CRC, length, body, CR.
framed() {
  printf '\n%s%04X%s\r' "$(crc "$1")" "${#1}" "$1"
}

# ask tcp|udp FILE: sends it, and prints what is heard within a second of its end.
ask() {
  local to
  to=$(panel_address "$1")
  socat -t 1 - "${1^^}:$to" <"$2"
}

case_contact_id_tcp() {
  panels
  # Climax reference 5.2: a button, its restore, a fall.
  printf '[4711 18110101005FF0F]' >frame
  ask tcp frame >heard
  heard heard '\x06'
  expect_stored 1 '.kind == "help_call" and .answer == "06" and .sender == "4711"
    and .event.device.device == "01/005" and .protocol == "contact-id"'
  # One wrong digit in the checksum: nothing is heard, and nothing is taken.
  printf '[4711 18110101005FF0E]' >frame
  ask tcp frame >heard
  heard heard ''
  # Two in one segment, and one cut in two.
  local to
  to=$(panel_address tcp)
  exec 3<>"/dev/tcp/${to%:*}/${to##*:}"
  printf '[4711 183101010051111][4711 1816410' >&3
  sleep 0.3
  printf '00724A1B]' >&3
  timeout 5 head -c 2 <&3 >heard
  heard heard '\x06\x06'
  exec 3>&-
  stored | jq -e 'map(select(.verdict == "accepted")) | length == 3
    and .[1].event.phase == "end" and .[2].kind == "inactivity"' >/dev/null ||
    fail "not stored as sent"
  stop_server "$SERVER_PID" TERM || fail "the server ended with $STOPPED_WITH"
  expect_folded "$DIR/alarms.sqlite"
  echo "06 for what is stored, nothing for a wrong checksum"
}

case_dc09_udp() {
  panels
  # Climax reference 5.4, the answer too.
  framed '"ADM-CID"0042L0#4711[#4711|1101 01 005]' >frame
  cmp -s frame <(printf '\n47CC0027"ADM-CID"0042L0#4711[#4711|1101 01 005]\r') ||
    fail "the CRC of the script is wrong"
  ask udp frame >heard
  heard heard '\nC8F90012"ACK"0042L0#4711[]\r'
  expect_stored 1 '.kind == "help_call" and .protocol == "dc09" and .answer == "ACK"'
  # Another socket, the same frame: a double of the first, answered.
  ask udp frame >heard
  heard heard '\nC8F90012"ACK"0042L0#4711[]\r'
  framed '"NULL"0000L0#4711[]' >frame
  ask udp frame >heard
  cmp -s heard <(framed '"ACK"0000L0#4711[]') || fail "heard $(xxd -p heard)"
  # A damaged one hears nothing.
  printf '\n47CD0027"ADM-CID"0042L0#4711[#4711|1101 01 005]\r' >frame
  ask udp frame >heard
  heard heard ''
  stop_server "$SERVER_PID" TERM || fail "the server ended with $STOPPED_WITH"
  echo "ACK as the reference has it, again for the same frame, nothing for a damaged one"
}

case_dc09_tcp() {
  panels
  # The CRC in two raw bytes, one of them CR; the answer has the same form.
  printf '\n\x0d\x0b0027"ADM-CID"0104L0#4711[#4711|1602 00 000]\r' >frame
  ask tcp frame >heard
  cmp -s <(tail -c +4 heard) <(printf '0012"ACK"0104L0#4711[]\r') || fail "heard $(xxd -p heard)"
  framed '"SIA-DCS"0043L0#4711[#4711|Nri1/MA0005]' >frame
  ask tcp frame >heard
  cmp -s heard <(framed '"ACK"0043L0#4711[]') || fail "heard $(xxd -p heard)"
  expect_stored 2 '.verdict == "accepted" and .protocol == "dc09"'
  stop_server "$SERVER_PID" TERM || fail "the server ended with $STOPPED_WITH"
  echo "raw CRC answered in kind, SIA events stored"
}

# encrypted KEY SEQUENCE TEXT: a frame of the account BEEF, encrypted by OpenSSL. The text with its
# padding must be a multiple of 16 characters.
encrypted() {
  local digits
  [ $((${#3} % 16)) -eq 0 ] || fail "${#3} characters cannot be encrypted"
  digits=$(printf '%s' "$3" |
    openssl enc -aes-128-cbc -nopad -K "$1" -iv 00000000000000000000000000000000 |
    xxd -p -c 4096 | tr a-f A-F)
  framed "\"*ADM-CID\"$2L0#BEEF[$digits"
}

case_dc09_encrypted() {
  panels
  local text
  # Padding, data and time: 48 characters.
  text="xxxxxxxxx|#BEEF|1101 01 005]_$(date -u +%H:%M:%S,%m-%d-%Y)"
  encrypted "$PANEL_KEY" 0001 "$text" >frame
  ask udp frame >heard
  # The answer is encrypted with the same key, and OpenSSL reads it.
  local digits
  digits=$(tr -d '\n\r' <heard | sed -n 's/.*"\*ACK"0001L0#BEEF\[//p')
  [ -n "$digits" ] || fail "heard $(xxd -p heard)"
  xxd -r -p <<<"$digits" |
    openssl enc -d -aes-128-cbc -nopad -K "$PANEL_KEY" -iv 00000000000000000000000000000000 >answer
  grep -Eq '^[^|]*\|\]_[0-9:]{8},[0-9-]{10}$' answer || fail "the answer says $(xxd -p answer)"
  expect_stored 1 '.sender == "BEEF" and .kind == "help_call"'
  encrypted FF0102030405060708090A0B0C0D0E0F 0002 "$text" >frame
  ask udp frame >heard
  heard heard ''
  # An hour old: NAK, which has the time in it.
  text="xxxxxxxxx|#BEEF|1101 01 006]_$(date -u -d '1 hour ago' +%H:%M:%S,%m-%d-%Y)"
  encrypted "$PANEL_KEY" 0003 "$text" >frame
  ask udp frame >heard
  grep -q '"NAK"0000R0L0A0\[\]_' heard || fail "heard $(xxd -p heard)"
  stop_server "$SERVER_PID" TERM || fail "the server ended with $STOPPED_WITH"
  echo "a frame of OpenSSL is read, its answer is read by OpenSSL, another key hears nothing"
}

case_layout_serial() {
  socat "PTY,link=$DIR/a,raw,echo=0" "PTY,link=$DIR/b,raw,echo=0" &
  local try
  for try in {1..100}; do [ ! -e "$DIR/b" ] || break; sleep 0.05; done
  cat >"$DIR/server.toml" <<TOML
[[inputs.layout]]
name = "radio"
layout = "$HERE/../../../../climax-rf/layouts/example-ascii-line.toml"
serial = { device = "$DIR/a" }
TOML
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
  line_is .connected
  exec 3<>"$DIR/b"
  printf '$0042,40211870,SOS,00,7*77\r\n' >&3
  timeout 10 head -n 1 <&3 >heard
  heard heard '$OK,0042*2E\r\n'
  expect_stored 1 '.kind == "help_call" and .event.device.device == "40211870" and .sender == "radio"'
  printf 'PING\r\n' >&3
  timeout 10 head -n 1 <&3 >heard
  heard heard 'PONG\r\n'
  line_is '.state == "up" and .counts.accepted == 1'
  stop_server "$SERVER_PID" TERM || fail "the server ended with $STOPPED_WITH"
  echo "a frame of a declared layout, its answer, a heartbeat"
}
