# The cases. Numbers and letters are those of ESPA reference 13 and 17. SC2086: lists of bytes are
# meant to be split.
# shellcheck shell=bash disable=SC2086

CASES=(
  both-roles-8n1
  both-roles-7e1
  parity-in-data
  receiver-owns-the-line
  examples-of-section-13
  dialogue-s
  every-special-bcc
  polls-and-heartbeats
  refusals
  garbage
  listen-only
  tcp-foreign-client
  tcp-foreign-server
  tcp-both-roles
)

pager_on_a() {
  start pager "$BIN/pager" --serial "$DIR/a" "$@"
  said pager.err Connected
}

# calls N: so many lines were printed. No `fail`: wait_for asks again.
calls() {
  local got
  got=$(wc -l <"$DIR/pager.out")
  [ "$got" -eq "$1" ] || {
    echo "$got calls were printed, not $1" >&2
    return 1
  }
}

# panel_calls COUNT [OPTIONS...]: all are delivered and reported.
panel_calls() {
  local count=$1
  shift
  "$BIN/panel" "$@" --call 208 --text "BRANN SLOYFE" --priority 1 --count "$count" \
    --poll-every 100 --wait-for-status >"$DIR/panel.out" 2>"$DIR/panel.err" </dev/null ||
    fail "the panel ended with $?"
  [ "$(grep -c 'acknowledged=true' "$DIR/panel.out")" -eq "$count" ] || fail "not all was delivered"
  [ "$(grep -c '^status ' "$DIR/panel.out")" -eq "$count" ] || fail "not all was reported"
}

case_both_roles_8n1() {
  cable
  pager_on_a --settings 9600-8N1 --status --store "$DIR/store"
  panel_calls 5 --serial "$DIR/b" --settings 9600-8N1
  calls 5
  cmp "$DIR/store" "$DIR/pager.out"
  grep -q "^call to=208 priority=1 .*text=BRANN SLOYFE 5$" "$DIR/pager.out"
  echo "5 calls and their status"
}

case_both_roles_7e1() {
  cable
  pager_on_a --settings 9600-7E1 --status --characters iso646-no
  panel_calls 3 --serial "$DIR/b" --settings 9600-7E1 --characters iso646-no
  calls 3
  echo "3 calls and their status"
}

case_parity_in_data() {
  cable_with_parity
  pager_on_a --settings 9600-8N1 --status
  panel_calls 3 --serial "$DIR/b" --settings 9600-7E1
  calls 3
  grep -q "text=BRANN SLOYFE 3$" "$DIR/pager.out"
  said pager.err "7 data bits and even parity"
  echo "3 calls from a line of 7E1 on a port of 8N1, which is reported"
}

case_receiver_owns_the_line() {
  cable
  pager_on_a --owner --poll-every 50
  "$BIN/panel" --serial "$DIR/b" --polled --call 31 --text POLLED >"$DIR/panel.out" \
    2>"$DIR/panel.err" </dev/null || fail "the panel ended with $?"
  said pager.out "text=POLLED"
  echo "a call when polled"
}

# example HEX...: selected and acknowledged.
example() {
  send $SELECT
  hear $ACK
  send "$@"
  hear $ACK
  send $EOT
}

case_examples_of_section_13() {
  cable
  pager_on_a --characters iso646-no
  by_hand "$DIR/b"
  example 01 31 02 31 1F 32 30 38 1E 32 1F 42 52 41 4E 4E 20 53 4C 4F 59 46 45 20 33 20 44 45 54 \
    20 31 37 1E 33 1F 32 1E 34 1F 33 1E 36 1F 31 03 2C # A
  example $TEST                                        # B
  example 01 31 02 31 1F 32 30 38 1E 32 1F 42 52 41 4E 4E 20 53 4C 4F 59 46 45 20 33 20 44 45 54 \
    20 31 37 1E 34 1F 31 03 28                                                            # C
  example 01 31 02 31 1F 33 31 1E 32 1F 54 45 53 54 1E 03 27                              # I
  example 01 31 02 31 1F 33 31 1E 32 1F 52 5C 59 4B 20 4B 4A 5C 4B 4B 45 4E 03 45         # J
  example 01 31 02 31 1F 33 31 1E 32 1F 42 52 5B 4E 44 45 52 20 4B 5C 4B 03 05            # K
  example 01 31 02 31 1F 33 31 1E 32 1F 52 D8 59 4B 03 B7                                 # L
  example 01 31 02 31 1F 33 31 1E 32 1F 52 D8 59 4B 03 37                                 # M
  example 01 31 02 31 1F 33 31 1E 32 1F 52 C3 98 59 4B 03 34                              # N
  example 01 31 02 31 1F 33 31 1E 32 1F 54 45 53 54 1E 39 1F 41 37 37 1E 44 1F 30 30 31 32 03 06 # Q
  example 01 31 02 36 1F 32 1E 34 1F 33 1E 31 1F 33 31 1E 33 1F 31 1E 32 1F 50 55 4D 50 45 20 53 \
    54 4F 50 50 03 1A # R
  # P, with the enquiries that belong to it.
  send 84 B1 05 B2 05
  hear $ACK
  send 81 B1 82 B1 9F 33 B1 1E B2 9F D4 C5 53 D4 03 39
  hear $ACK
  send 84
  wait_for "12 calls" calls 12
  sed -n 1p "$DIR/pager.out" | grep -q "^call to=208 priority=1 type=3 beep=2 .* DET 17$"
  sed -n 3p "$DIR/pager.out" | grep -q "^reset to=208 "
  sed -n 5p "$DIR/pager.out" | grep -q "text=RØYK KJØKKEN$"
  sed -n 12p "$DIR/pager.out" | grep -q "text=TEST$"
  echo "12 examples"
}

case_dialogue_s() {
  cable
  pager_on_a --busy 2 --status
  by_hand "$DIR/b"
  sleep 0.3
  send $SELECT
  hear 32 15
  send $EOT
  sleep 3
  send $SELECT
  hear $ACK
  send $DAMAGED
  hear 31 15
  send $TEST
  hear $ACK
  send $EOT
  calls 1
  # The status is queued by now, or soon.
  sleep 1
  send $POLL
  hear 31 05
  send $ACK
  hear 01 32 02 31 1F 33 31 1E 32 1F 54 45 53 54 1E 37 1F 33 03 3F
  send $ACK
  hear $EOT
  echo "busy, damaged, taken, status"
}

case_every_special_bcc() {
  cable
  pager_on_a
  by_hand "$DIR/b"
  local tail count=0
  for tail in "31 30 5A 03 01" "31 30 58 03 03" "31 35 5A 03 04" "31 34 5A 03 05" "31 34 59 03 06" \
    "31 30 51 03 0A" "31 30 4A 03 11" "31 30 48 03 13" "31 30 4E 03 15" "31 30 45 03 1E" \
    "31 31 5A 03 00" "31 4B 03 20"; do
    example 01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 $tail
    count=$((count + 1))
  done
  wait_for "$count calls" calls $count
  echo "$count values, XON, XOFF and NUL among them, pass the terminal"
}

case_polls_and_heartbeats() {
  cable
  pager_on_a
  by_hand "$DIR/b"
  local round
  for round in 1 2 3; do
    send $POLL
    hear $EOT
    send $SELECT
    hear $ACK
    send $EOT
  done
  # A poll of somebody else, and everything in one piece.
  send 04 33 05
  silence 0.5
  send $SELECT $TEST
  hear $ACK $ACK
  send $EOT
  wait_for "one call" calls 1
  # One byte at a time.
  local byte
  for byte in $SELECT $TEST; do
    send "$byte"
    sleep 0.01
  done
  hear $ACK $ACK
  wait_for "the same call again" calls 2
  grep -q "repeat=maybe" "$DIR/pager.out"
  echo "answered, and no event"
}

case_refusals() {
  cable
  pager_on_a --refuse invalid
  by_hand "$DIR/b"
  send $SELECT
  hear $ACK
  send $TEST
  hear 33 15
  send $EOT
  calls 0
  echo "'3' NAK"
}

case_garbage() {
  cable
  pager_on_a
  by_hand "$DIR/b"
  # A block without end, then noise, each far beyond any limit.
  {
    printf '\x011\x02'
    head -c 200000 /dev/zero | tr '\0' x
    head -c 100000 /dev/zero
    printf '\x04'
    head -c 100000 /dev/zero | tr '\0' '\377'
  } >&5
  send $EOT $SELECT
  # What was answered to the noise, if anything, does not matter; the last answer does.
  sleep 1
  timeout 1 cat <&5 >"$DIR/answers" || true
  [ "$(tail -c 1 "$DIR/answers" | od -An -tx1 | tr -d ' ')" = 06 ] || fail "no ACK after noise"
  send $TEST
  hear $ACK
  send $EOT
  wait_for "the call" calls 1
  echo "a call after 400 kB of noise"
}

case_listen_only() {
  cable
  pager_on_a --listen-only
  by_hand "$DIR/b"
  send $SELECT $ACK $TEST $ACK $EOT $POLL $EOT $SELECT $DAMAGED 31 15 $TEST $ACK $EOT
  wait_for "two calls" calls 2
  silence 2
  echo "two calls heard, not a byte sent"
}

case_tcp_foreign_client() {
  start pager "$BIN/pager" --listen 127.0.0.1:0
  local address
  address=$(listening)
  # A device server: a terminal on one side, TCP on the other.
  start server socat "PTY,link=$DIR/b,raw,echo=0" "TCP:$address"
  local server=$STARTED
  wait_for "the terminal" test -e "$DIR/b"
  by_hand "$DIR/b"
  example $TEST
  # Gone in the middle of a block; the rest of it is nothing on the next connection.
  send $SELECT
  hear $ACK
  send 01 31 02 31 1F
  sleep 0.2
  exec 5>&-
  kill "$server"
  said pager.err Disconnected
  wait_for "the terminal is gone" test ! -e "$DIR/b"
  start server socat "PTY,link=$DIR/b,raw,echo=0" "TCP:$address"
  wait_for "the terminal" test -e "$DIR/b"
  by_hand "$DIR/b"
  send 33 31 03 2F
  example $TEST
  wait_for "two calls" calls 2
  said pager.err "link restored"
  echo "a call on each of two connections"
}

case_tcp_foreign_server() {
  local port=$((20000 + RANDOM % 10000)) try
  # The pager comes first and keeps trying.
  start pager "$BIN/pager" --connect "127.0.0.1:$port"
  sleep 0.3
  start server socat "PTY,link=$DIR/b,raw,echo=0" "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr"
  said pager.err Connected
  wait_for "the terminal" test -e "$DIR/b"
  by_hand "$DIR/b"
  example $TEST
  wait_for "the call" calls 1
  echo "a call from a server that came later"
}

case_tcp_both_roles() {
  start pager "$BIN/pager" --listen 127.0.0.1:0 --status
  local address
  address=$(listening)
  panel_calls 5 --connect "$address"
  calls 5
  echo "5 calls and their status"
}
