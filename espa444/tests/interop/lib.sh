# What the cases are made of: the programs, lines, and bytes by hand.

fail() {
  echo "$*" >&2
  exit 1
}

# --- Programs -----------------------------------------------------------------------------------

# Sets BIN, wherever cargo is told to put it.
build_examples() {
  local target
  (cd "$HERE" && cargo build --quiet -p espa444 --features tokio-serial --example pager --example panel)
  target=$(cd "$HERE" && cargo metadata --no-deps --format-version 1 |
    sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
  BIN=$target/debug/examples
  [ -x "$BIN/pager" ] || fail "no pager in $BIN"
}

# start NAME COMMAND...: in the background, its output in NAME.out and NAME.err; sets STARTED.
start() {
  local name=$1
  shift
  "$@" >>"$DIR/$name.out" 2>>"$DIR/$name.err" </dev/null &
  STARTED=$!
  echo "$STARTED" >>"$DIR/pids"
}

# Ends what a case started, by number.
stop_all() {
  local pid
  [ -f "$DIR/pids" ] || return 0
  while read -r pid; do kill "$pid" 2>/dev/null || true; done <"$DIR/pids"
  rm -f "$DIR/pids"
}

# wait_for WHAT COMMAND...: until it is true, 20 s at most.
wait_for() {
  local what=$1 try
  shift
  for try in {1..400}; do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.05
  done
  fail "in vain: $what"
}

# said FILE PATTERN...: waits for a line with it.
said() { wait_for "\"$2\" in $1" grep -q -- "$2" "$DIR/$1"; }

# --- Lines --------------------------------------------------------------------------------------

# cable: two terminals joined, DIR/a and DIR/b.
cable() {
  start cable socat "PTY,link=$DIR/a,raw,echo=0" "PTY,link=$DIR/b,raw,echo=0"
  wait_for "the terminals" test -e "$DIR/a" -a -e "$DIR/b"
}

# cable_with_parity: the same; what goes from b to a has even parity in bit 7, what goes from a to
# b comes without it, as between a port of 8N1 (a) and one of 7E1 (b).
cable_with_parity() {
  mkfifo "$DIR/from-a" "$DIR/from-b"
  cat >"$DIR/side-a" <<'END'
exec 3<&0
cat <&3 >from-a &
exec cat from-b
END
  cat >"$DIR/side-b" <<END
exec 3<&0
stdbuf -o0 tr '\000-\177' '$(with_parity)' <&3 >from-b &
exec stdbuf -o0 tr '\200-\377' '\000-\177' <from-a
END
  start side-a socat "PTY,link=$DIR/a,raw,echo=0" "EXEC:bash side-a"
  start side-b socat "PTY,link=$DIR/b,raw,echo=0" "EXEC:bash side-b"
  wait_for "the terminals" test -e "$DIR/a" -a -e "$DIR/b"
}

# The 128 characters with even parity, as tr wants them.
with_parity() {
  local byte bits rest
  for ((byte = 0; byte < 128; byte++)); do
    bits=0 rest=$byte
    while ((rest)); do
      bits=$((bits + (rest & 1))) rest=$((rest >> 1))
    done
    printf '\\%03o' $((byte | (bits & 1) << 7))
  done
}

# listening: the address that the pager says it listens on.
listening() {
  said pager.err "listening on"
  sed -n 's/^listening on //p' "$DIR/pager.err"
}

# --- Bytes by hand ------------------------------------------------------------------------------

# by_hand PATH: the terminal that send and hear work on.
by_hand() { exec 5<>"$1"; }

# send HEX...
send() {
  local byte text=
  for byte in "$@"; do text+="\\x$byte"; done
  printf "$text" >&5
}

# hear HEX...: exactly these bytes come, within 20 s.
hear() {
  local want="$*" got
  got=$(timeout 20 dd bs=1 count=$# <&5 2>/dev/null | od -An -v -tx1 | tr -s ' \n' ' ') || true
  got=${got# } got=${got% }
  [ "${got^^}" = "${want^^}" ] || fail "wanted $want, heard ${got:-nothing}"
}

# silence SECONDS: nothing comes for so long.
silence() {
  local got
  got=$(timeout "$1" dd bs=1 count=1 <&5 2>/dev/null | od -An -v -tx1) || true
  [ -z "$got" ] || fail "wanted silence, heard$got"
}

EOT=04 ACK=06
SELECT="04 31 05 32 05"
POLL="04 32 05"
TEST="01 31 02 31 1F 33 31 1E 32 1F 54 45 53 54 03 39"
# The same with a damaged byte.
DAMAGED="01 31 02 31 1F 33 31 1E 32 1F 54 44 53 54 03 39"
