# The cases. Frames and keys are those of Climax reference 5.2 and 5.4.
# shellcheck shell=bash

CASES=(
  brackets-over-tcp
  frames-over-tcp
  raw-crc-over-tcp
  frames-over-udp
  refused
  openssl-reads-the-reference
  openssl-encrypts-a-report
  openssl-encrypts-a-datagram
  openssl-reads-the-panel
  keys-that-do-not-fit
  out-of-the-window
  foreign-station
  both-roles
)

KEYS=(
  000102030405060708090A0B0C0D0E0F
  000102030405060708090A0B0C0D0E0F1011121314151617
  000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F
)
HELP='"ADM-CID"0042L0#4711[#4711|1101 01 005]'
HELP_ACK='\nC8F90012"ACK"0042L0#4711[]\r'

case_brackets_over_tcp() {
  station
  printf '[4711 18110101005FF0F]' | answers "TCP:127.0.0.1:$TCP" >heard
  wants 06 heard
  # Several in one segment, and one in several.
  { printf '[4711 183101010051111]?[C0FFEE 181120' && sleep 0.3 && printf '0000304C9]'; } |
    answers "TCP:127.0.0.1:$TCP" >heard
  wants 0606 heard
  # A wrong checksum is no report.
  printf '[4711 18110101005FF0E]' | answers "TCP:127.0.0.1:$TCP" >heard
  wants "" heard
  took 3 "account=4711 event=1101 01 005" "event=3101 01 005" "account=C0FFEE event=1120 00 003"
  echo "3 reports"
}

case_frames_over_tcp() {
  station
  frame "$HELP" | answers "TCP:127.0.0.1:$TCP" >heard
  wants_text "$HELP_ACK" heard
  frame '"NULL"0000L0#4711[]' | answers "TCP:127.0.0.1:$TCP" >heard
  wants "$(frame '"ACK"0000L0#4711[]' | hex)" heard
  # Byte by byte.
  local text at
  text=$(frame '"SIA-DCS"0043L0#4711[#4711|Nri1/MA0005]' | hex)
  for ((at = 0; at < ${#text}; at += 2)); do
    bytes "${text:at:2}"
    sleep 0.01
  done | answers "TCP:127.0.0.1:$TCP" >heard
  wants "$(frame '"ACK"0043L0#4711[]' | hex)" heard
  # Damage is not answered; the good frame behind it is.
  { frame "$HELP" | sed 's/1101/1102/' && frame '"ADM-CID"0044L0#4711[#4711|1641 00 072]'; } |
    answers "TCP:127.0.0.1:$TCP" >heard
  wants "$(frame '"ACK"0044L0#4711[]' | hex)" heard
  took 4 "event=1101 01 005" NULL "sia=Nri1/MA0005" "event=1641 00 072"
  echo "4 frames"
}

case_raw_crc_over_tcp() {
  station
  raw_frame "$HELP" | answers "TCP:127.0.0.1:$TCP" >heard
  wants "$(raw_frame '"ACK"0042L0#4711[]' | hex)" heard
  # The CRC of this one has a CR in it.
  local cr=0A0D0B303032372241444D2D43494422303130344C3023343731315B23343731317C313630322030302030
  bytes "${cr}30305D0D" | answers "TCP:127.0.0.1:$TCP" >heard
  wants "$(raw_frame '"ACK"0104L0#4711[]' | hex)" heard
  took 2 "crc=raw" "event=1602 00 000 crc=raw"
  echo "2 frames, answered in kind"
}

case_frames_over_udp() {
  station
  frame "$HELP" | answers "UDP:127.0.0.1:$UDP" >heard
  wants_text "$HELP_ACK" heard
  # The same again is answered again and taken once.
  frame "$HELP" | answers "UDP:127.0.0.1:$UDP" >heard
  wants_text "$HELP_ACK" heard
  raw_frame '"NULL"0000L0#4711[]' | answers "UDP:127.0.0.1:$UDP" >heard
  wants "$(raw_frame '"ACK"0000L0#4711[]' | hex)" heard
  took 2 "datagram ADM-CID" "datagram NULL"
  echo "2 datagrams, one of them twice"
}

case_refused() {
  station --refuse duh
  frame "$HELP" | answers "TCP:127.0.0.1:$TCP" >heard
  wants "$(frame '"DUH"0042L0#4711[]' | hex)" heard
  printf '[4711 18110101005FF0F]' | answers "TCP:127.0.0.1:$TCP" >heard
  wants "" heard
  took 0
  echo "DUH for a frame, silence for brackets"
}

# The frame and the answer that the reference prints, in the eyes of OpenSSL.
case_openssl_reads_the_reference() {
  local text
  text=$(decrypted "${KEYS[0]}" "3A453243A366BC389A903CBFFB988E60BDFA81D4B779E2324D6DB4830EBB7F48"\
"58D038A7198967973A0E2536422A6D36")
  [ "$text" = '#4711|1101 01 005]_09:30:00,03-14-2026' ] || fail "$text"
  text=$(decrypted "${KEYS[0]}" "E02F38560A05EE77F5070606F4A340F4E081DAA27A1243B17A7E9D91D652E012")
  [ "$text" = ']_09:30:01,03-14-2026' ] || fail "$text"
  text=$(encrypted "${KEYS[0]}" '|#4711|1101 01 005]_09:30:00,03-14-2026')
  [[ $text == 3A453243A366BC389A903CBFFB988E60* ]] || fail "$text"
  echo "the frame and its answer"
}

# encrypted_report KEY ADDRESS: what OpenSSL encrypted is taken, and what is answered it can read.
encrypted_report() {
  local answer text
  frame "\"*ADM-CID\"0042L0#4711[$(encrypted "$1" "|#4711|1101 01 005]$(now)")" |
    answers "$2" >heard
  answer=$(tr -d '\n\r' <heard)
  [[ $answer =~ ^([0-9A-F]{4})([0-9A-F]{4})(\"\*ACK\"0042L0#4711\[([0-9A-F]+))$ ]] ||
    fail "answered \"$answer\""
  [ "${BASH_REMATCH[1]}" = "$(arc "${BASH_REMATCH[3]}")" ] || fail "the CRC of \"$answer\""
  text=$(decrypted "$1" "${BASH_REMATCH[4]}")
  [[ $text =~ ^\]_[0-9]{2}:[0-9]{2}:[0-9]{2},[0-9]{2}-[0-9]{2}-[0-9]{4}$ ]] ||
    fail "the answer says \"$text\""
}

encrypted_everywhere() {
  local key
  for key in "${KEYS[@]}"; do
    rm -f station.* kept
    station --key "4711=$key"
    case $1 in
    TCP) encrypted_report "$key" "TCP:127.0.0.1:$TCP" ;;
    UDP) encrypted_report "$key" "UDP:127.0.0.1:$UDP" ;;
    esac
    took 1 "account=4711 sequence=0042 event=1101 01 005 crc=digits encrypted=yes"
    stop_all
  done
  echo "128, 192 and 256 bits, both ways"
}

case_openssl_encrypts_a_report() { encrypted_everywhere TCP; }

case_openssl_encrypts_a_datagram() { encrypted_everywhere UDP; }

# listener TYPE ADDRESS: a foreign station, what it hears in heard; sets PORT.
listener() {
  start listener socat -d -d -u "$1:0,bind=127.0.0.1" "OPEN:heard,creat,append"
  said listener.err "listening on"
  PORT=$(sed -n 's/.*listening on AF=2 127\.0\.0\.1://p' listener.err)
}

case_openssl_reads_the_panel() {
  local key text
  for key in "${KEYS[@]}"; do
    rm -f listener.* heard
    listener TCP-LISTEN
    "$BIN/panel" --tcp "127.0.0.1:$PORT" --event "1120 00 003" --key "$key" \
      --answer 500 --attempts 1 && fail "nobody answered"
    said heard '\*ADM-CID'
    text=$(tr -d '\n\r' <heard)
    [[ $text =~ ^([0-9A-F]{4})([0-9A-F]{4})(\"\*ADM-CID\"0001L0#4711\[([0-9A-F]+))$ ]] ||
      fail "sent \"$text\""
    [ "${BASH_REMATCH[1]}" = "$(arc "${BASH_REMATCH[3]}")" ] || fail "the CRC of \"$text\""
    text=$(decrypted "$key" "${BASH_REMATCH[4]}")
    [[ $text == "#4711|1120 00 003]_"* ]] || fail "sent \"$text\""
    stop_all
  done
  echo "128, 192 and 256 bits"
}

case_keys_that_do_not_fit() {
  station --key "4711=${KEYS[0]}"
  frame "\"*ADM-CID\"0042L0#4711[$(encrypted "${KEYS[2]}" "|#4711|1101 01 005]$(now)")" |
    answers "TCP:127.0.0.1:$TCP" >heard
  wants "" heard
  # An account with a key does not report in clear.
  frame "$HELP" | answers "TCP:127.0.0.1:$TCP" >heard
  wants "" heard
  took 0
  stop_all
  rm -f station.*
  station --key "4711=${KEYS[0]}" --nak
  frame "$HELP" | answers "TCP:127.0.0.1:$TCP" >heard
  [[ $(tr -d '\n\r' <heard) == *'"NAK"0000R0L0A0[]_'* ]] || fail "answered $(hex <heard)"
  took 0
  echo "silence, or NAK where it is wanted"
}

case_out_of_the_window() {
  station --key "4711=${KEYS[1]}"
  local time away answer
  for away in "-5 minutes" "+5 minutes"; do
    frame "\"*ADM-CID\"0042L0#4711[$(encrypted "${KEYS[1]}" "|#4711|1101 01 005]$(now "$away")")" |
      answers "TCP:127.0.0.1:$TCP" >heard
    answer=$(tr -d '\n\r' <heard)
    [[ $answer =~ \"NAK\"0000R0L0A0\[\]_([0-9:]+),([0-9]{2})-([0-9]{2})-([0-9]{4})$ ]] ||
      fail "answered \"$answer\""
    time=$(date -d "${BASH_REMATCH[4]}-${BASH_REMATCH[2]}-${BASH_REMATCH[3]} ${BASH_REMATCH[1]}" +%s)
    away=$(($(date +%s) - time))
    ((away >= -5 && away <= 30)) || fail "the NAK is $away s off"
  done
  took 0
  echo "NAK with the present time"
}

# What answers is not this project.
case_foreign_station() {
  local ack
  printf '\006' >ack
  frame '"ACK"0001L0#4711[]' >ack-frame
  for ack in ack ack-frame; do
    rm -f listener.*
    start listener socat -d -d "TCP-LISTEN:0,bind=127.0.0.1" \
      "SYSTEM:dd bs=256 count=1 of=heard 2>/dev/null; cat $ack; sleep 2"
    said listener.err "listening on"
    PORT=$(sed -n 's/.*listening on AF=2 127\.0\.0\.1://p' listener.err)
    if [ "$ack" = ack ]; then
      "$BIN/panel" --tcp "127.0.0.1:$PORT" --brackets --event "1101 01 005"
      wants "$(printf '[4711 18110101005FF0F]' | hex)" heard
    else
      "$BIN/panel" --tcp "127.0.0.1:$PORT" --event "1101 01 005"
      wants "$(frame '"ADM-CID"0001L0#4711[#4711|1101 01 005]' | hex)" heard
    fi
    stop_all
  done
  # A station that echoes is not understood.
  start echo socat -d -d "TCP-LISTEN:0,bind=127.0.0.1,fork" PIPE
  said echo.err "listening on"
  PORT=$(sed -n 's/.*listening on AF=2 127\.0\.0\.1://p' echo.err)
  "$BIN/panel" --tcp "127.0.0.1:$PORT" --brackets --answer 300 --attempts 2 && fail "an echo is no ACK"
  echo "the byte 06 and ACK are understood, an echo is not"
}

# Both examples, with socat as the cable.
case_both_roles() {
  station --key "4712=${KEYS[2]}"
  start cable socat -d -d "TCP-LISTEN:0,bind=127.0.0.1,fork" "TCP:127.0.0.1:$TCP"
  said cable.err "listening on"
  PORT=$(sed -n 's/.*listening on AF=2 127\.0\.0\.1://p' cable.err)
  "$BIN/panel" --tcp "127.0.0.1:$PORT" --brackets --event "1101 01 005" --count 3
  "$BIN/panel" --tcp "127.0.0.1:$PORT" --raw-crc --sia Nri1/MA0005 --count 3
  "$BIN/panel" --tcp "127.0.0.1:$PORT" --account 4712 --key "${KEYS[2]}" --count 3
  "$BIN/panel" --udp "127.0.0.1:$UDP" --link-test --count 3
  "$BIN/panel" --udp "127.0.0.1:$UDP" --account 4712 --key "${KEYS[2]}" --event "1120 00 003" --count 3
  took 15 "event=1120 00 003"
  echo "15 reports"
}
