# What the cases are made of: the programs, frames by hand, and what is heard.
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
  cargo build --quiet -p climax-rf --features aes,tokio --example station --example panel
  target=$(cargo metadata --no-deps --format-version 1 |
    sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
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

# station [OPTIONS...]: sets TCP and UDP, the ports where it listens.
station() {
  start station "$BIN/station" --tcp 127.0.0.1:0 --udp 127.0.0.1:0 --store kept "$@"
  said station.err "^udp on"
  TCP=$(sed -n 's/^tcp on .*://p' station.err)
  UDP=$(sed -n 's/^udp on .*://p' station.err)
}

# took N PATTERN...: the station took so many reports, the last ones are these, and all are kept.
took() {
  local count=$1 lines got pattern number=0
  shift
  lines=$(wc -l <station.out)
  [ "$lines" -eq "$count" ] || fail "the station took $lines reports, not $count"
  cmp kept station.out || fail "not all is kept"
  for pattern in "$@"; do
    number=$((number + 1))
    got=$(tail -n $# station.out | sed -n "${number}p")
    [[ $got == *"$pattern"* ]] || fail "wanted \"$pattern\", took \"$got\""
  done
}

# --- Frames by hand -----------------------------------------------------------------------------

# arc TEXT: CRC-16/ARC, four digits.
arc() {
  local crc=0 byte at bit
  for ((at = 0; at < ${#1}; at++)); do
    printf -v byte %d "'${1:at:1}"
    ((crc ^= byte)) || true
    for bit in {1..8}; do
      ((crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1)) || true
    done
  done
  printf %04X "$crc"
}

# frame BODY: as a panel sends it.
frame() { printf '\n%s%04X%s\r' "$(arc "$1")" "${#1}" "$1"; }

# raw_frame BODY: the CRC as two bytes.
raw_frame() {
  local crc
  crc=$(arc "$1")
  printf "\n\\x${crc:0:2}\\x${crc:2}%04X%s\r" "${#1}" "$1"
}

# now [OFFSET]: the time as in a frame.
now() { date -d "now ${1-}" +_%H:%M:%S,%m-%d-%Y; }

cipher() { echo "-aes-$((${#1} * 4))-cbc"; }

# encrypted KEY TEXT: padding in front, then hexadecimal digits.
encrypted() {
  local text=$2
  while ((${#text} % 16)); do text=x$text; done
  printf %s "$text" |
    openssl enc "$(cipher "$1")" -K "$1" -iv 00000000000000000000000000000000 -nopad | hex
}

# decrypted KEY DIGITS: the text behind the padding.
decrypted() {
  local text
  text=$(bytes "$2" |
    openssl enc -d "$(cipher "$1")" -K "$1" -iv 00000000000000000000000000000000 -nopad)
  case $text in
  *"|"*) printf %s "${text#*|}" ;;
  *) fail "no padding in \"$text\"" ;;
  esac
}

# hex: what comes in, in digits.
hex() { od -An -v -tx1 | tr -d ' \n' | tr a-f A-F; }

# bytes DIGITS: what they stand for.
bytes() {
  local at
  for ((at = 0; at < ${#1}; at += 2)); do printf "\\x${1:at:2}"; done
}

# --- Lines --------------------------------------------------------------------------------------

# answers WHERE: sends what comes in and prints what is answered within a second. An answer holds
# no NUL, but LF at its ends. What goes into one datagram is read at once: the shell writes a line
# feed before what follows it.
answers() {
  case $1 in
  UDP:*)
    cat >datagram
    socat -t 1 - "$1" <datagram
    ;;
  *) socat -t 1 - "$1" ;;
  esac
}

# wants HEX FILE: exactly these bytes were heard.
wants() {
  local got
  got=$(hex <"$2")
  [ "$got" = "$1" ] || fail "wanted $1, heard ${got:-nothing}"
}

# wants_text FORMAT FILE: the same, as printf writes it.
wants_text() { wants "$(printf "$1" | hex)" "$2"; }
