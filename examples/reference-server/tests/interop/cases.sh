# The cases. Each is a function case_NAME in a process of its own; its last line of output is the
# detail that is shown. README.md says what each one proves.

CASES=(
  udp tcp tcp-many retransmission repeat reused-reference same-reference same-branch odd-from
  content-type malformed other-methods udp-length bare-lf one-segment many-segments tcp-length heartbeat
  load-udp load-tcp body-in-200 strict restart crash full-disk read-only read-only-crash
  read-only-open
)

ALARM='.verdict == "accepted" and .kind == "help_call" and .class == "care" and .repeats == 0 and .reuses == null and .sender == "40211870" and .answer == "snu 0"'

# plain TRANSPORT CALLS: alarms that are answered, stored and confirmed.
plain() {
  mark
  play alarm "$1" "$2"
  expect_answers "$2" "^$PREFIX[0-9]+ 0 sip:40211870@arc\.example\.net <mrs><ref>$PREFIX[0-9]+</ref><snu>0</snu>"
  expect_stored "$2" "$ALARM"
  expect_stored_as_answered
  expect_delivered "${PREFIX}1" 1
}

case_udp() {
  PREFIX=udp
  plain udp 5
  detail udp1 | jq -e '.transport.transport == "udp"' >/dev/null || fail "not over UDP"
  echo "5 alarms, 5 mrs"
}

case_tcp() {
  PREFIX=tcp
  plain tcp 5
  detail tcp1 | jq -e '.transport.transport == "tcp"' >/dev/null || fail "not over TCP"
  echo "5 alarms, 5 mrs, one connection"
}

case_tcp_many() {
  local ids id peers
  PREFIX=many
  plain tcp-many 20
  ids=$(stored | jq -r '.[].id')
  peers=$(for id in $ids; do api "/api/alarms/$id" | jq -r .transport.peer; done | sort -u | wc -l)
  [ "$peers" -eq 20 ] || fail "20 calls came over $peers connections"
  echo "20 alarms, 20 connections"
}

case_retransmission() {
  local before
  before=$(sip_count retransmissions)
  PREFIX=same
  mark
  play retransmission udp 1 -nr
  expect_answers 1 '^same1 0 '
  expect_stored 1 "$ALARM"
  expect_rise "$before" 1 sip_count retransmissions
  expect_delivered same1 1
  echo "the same bytes twice: 200 twice, one alarm, one mrs, no repeat"
}

case_repeat() {
  local transport
  for transport in udp tcp; do
    PREFIX=again$transport
    mark
    play repeat "$transport" 1
    expect_answers 2 "^${PREFIX}1 0 "
    [ "$(sort -u "$MRS" | wc -l)" -eq 1 ] || fail "the two mrs differ"
    expect_stored 1 '.verdict == "accepted" and .repeats == 1 and .last_repeat_at != null'
    expect_delivered "${PREFIX}1" 2
  done
  echo "same ref in a new transaction: one alarm, repeats 1, equal mrs"
}

case_reused_reference() {
  PREFIX=reuse
  mark
  play alarm udp 1
  expect_answers 1 '^reuse1 0 '
  REST='<dty>0003</dty><did>5A19</did><stc>0016</stc>'
  play alarm udp 1
  expect_answers 1 '^reuse1 0 '
  expect_stored 2 '.verdict == "accepted" and .repeats == 0 and .ref == "reuse1"'
  stored | jq -e '.[0].reuses == null and .[1].reuses == .[0].sequence and .[0].kind != .[1].kind' \
    >/dev/null || fail "the second does not name the first"
  echo "same ref, other content: a new alarm that names the first"
}

case_same_reference() {
  PREFIX=both
  mark
  play alarm udp 1
  expect_answers 1 '^both1 0 '
  CID=70993311
  play alarm udp 1
  expect_answers 1 '^both1 0 sip:70993311@'
  expect_stored 2 '.verdict == "accepted" and .repeats == 0 and .reuses == null'
  echo "same ref of two senders: two alarms"
}

case_same_branch() {
  local before transport
  for transport in udp tcp; do
    before=$(sip_count new_despite_branch)
    PREFIX=br$transport
    mark
    play same-branch "$transport" 10 -nr
    expect_answers 20 "^$PREFIX[0-9]+[ab] 0 "
    expect_stored 20 "$ALARM"
    expect_stored_as_answered
    # On a stream nothing is retransmitted, so that no branch is remembered there.
    [ "$transport" = tcp ] || expect_rise "$before" 19 sip_count new_despite_branch
  done
  echo "20 alarms with one branch, in pairs with one Call-ID and CSeq: all stored, over UDP and TCP"
}

case_odd_from() {
  local before from
  mark
  for from in '<sip:40211870@arc.example.net>' '<sip:somebody@arc.example.net>;tag=1' \
    '<sip:arc.example.net>;tag=1' 'sip:40211870@192.0.2.7'; do
    PREFIX=from${#from}n
    before=$(metric "$WARNINGS")
    play odd-headers udp 1 -key from "$from" -key content_line 'Content-Type: application/scaip+xml'
    expect_answers 1 "^${PREFIX}1 0 sip:40211870@arc\.example\.net "
    expect_rise "$before" 1 metric "$WARNINGS"
  done
  expect_stored 4 "$ALARM"
  echo "no tag, another user, no user, bare address without tag: stored, answered to the cid"
}

case_content_type() {
  local before line number=0 lines=(
    'Content-Type: application/xml'
    'Content-Type: text/plain'
    'Content-Type: application/scaip+xml;charset=utf-8'
    'X-Nothing: no content type'
  )
  mark
  for line in "${lines[@]}"; do
    PREFIX=kind$((number += 1))n
    before=$(metric "$WARNINGS")
    play odd-headers udp 1 -key content_line "$line" \
      -key from '<sip:40211870@arc.example.net>;tag=1'
    expect_answers 1 "^${PREFIX}1 0 "
    expect_rise "$before" 1 metric "$WARNINGS"
  done
  before=$(metric "$WARNINGS")
  PREFIX=kind5n
  play odd-headers udp 1 -key content_line 'CONTENT-TYPE: Application/SCAIP+XML' \
    -key from '<sip:40211870@arc.example.net>;tag=1'
  expect_answers 1 "^${PREFIX}1 0 "
  expect_rise "$before" 0 metric "$WARNINGS"
  expect_stored 5 "$ALARM"
  echo "four wrong or missing: stored with a warning; upper case is right"
}

case_malformed() {
  local accepted='alarm_input_messages_total{input="scaip",result="accepted"}' before expected
  before=$(metric "$accepted")
  cat >"$DIR/bodies" <<'BODIES'
SEQUENTIAL
<mrq><ref>cut1</ref><cid>40211870</cid><dty>0003</dty><stc>00
<mrq><ref>cut2</ref><cid>40211870</dty></mrq>
<mrq><ref>nodty</ref><cid>40211870</cid><stc>0010</stc></mrq>
<mrq><ref>blank</ref><cid>40211870</cid><dty> </dty></mrq>
<mrq><ref>nocid</ref><dty>0003</dty><stc>0010</stc></mrq>
<mrq><ref>type</ref><mty>XX</mty><cid>40211870</cid><dty>0003</dty></mrq>
BODIES
  expected=$(printf '%s\n' 'cut1 2' 'cut2 2' 'nodty 7' 'blank 7' 'nocid 7' 'type 3' | sort)
  mark
  play body udp 6 -inf "$DIR/bodies"
  diff <(cut -d ' ' -f 1,2 "$MRS" | sort) <(echo "$expected") >&2 || fail "other mrs (<)"
  expect_stored 6 '.verdict == "refused" and .kind == null and .repeats == 0'
  diff <(stored | jq -r '.[].answer' | sort) <(sed 's/.* /snu /' <<<"$expected" | sort) >&2 ||
    fail "other evidence (<)"

  cat >"$DIR/bodies" <<'BODIES'
SEQUENTIAL
<mrq><cid>40211870</cid><dty
<mrq><cid>40211870</cid><dty>0003</dty></mrq>
not XML at all
<note>hello</note>
BODIES
  mark
  play refused-400 udp 4 -inf "$DIR/bodies"
  expect_answers 0
  expect_stored 4 '.verdict == "refused" and .answer == "SIP 400" and .kind == null'
  expect_rise "$before" 0 metric "$accepted"
  echo "with a ref: snu 2, 7, 3; without: SIP 400; evidence kept, nothing accepted"
}

case_other_methods() {
  local transport before acks
  mark
  before=$(sip_count answered_here)
  acks=$(sip_count acks)
  for transport in udp tcp; do
    play options "$transport" 1
    play invite "$transport" 1
    play subscribe "$transport" 1
  done
  expect_rise "$before" 6 sip_count answered_here
  expect_rise "$acks" 2 sip_count acks
  expect_stored 0
  echo "OPTIONS 200 with Allow and Accept, INVITE and SUBSCRIBE 405 with Allow"
}

# raw CASE udp|tcp COUNT: plays it over plain sockets.
raw() {
  mark
  MRS=$DIR/mrs
  python3 "$HERE/raw.py" "$1" "$(address "$2")" "$PREFIX" >"$MRS"
  expect_answers "$3" ' 0$'
  expect_stored "$3" "$ALARM"
  expect_stored_as_answered
}

case_udp_length() {
  local before
  before=$(metric "$WARNINGS")
  PREFIX=len
  raw udp-length udp 5
  [ "$(metric "$WARNINGS")" -ge $((before + 3)) ] || fail "no warnings"
  expect_delivered lensmall 1
  echo "Content-Length too small, 0, too large, beyond 64 bits, missing: the datagram counts"
}

case_bare_lf() {
  local before
  before=$(metric "$WARNINGS")
  PREFIX=lf
  raw bare-lf udp 2
  [ "$(metric "$WARNINGS")" -ge $((before + 2)) ] || fail "no warnings"
  echo "LF for CRLF: stored with a warning"
}

case_one_segment() {
  PREFIX=seg
  raw one-segment tcp 6
  expect_delivered seg5 1
  echo "6 messages in one write: 6 alarms, 12 answers on the same connection"
}

case_many_segments() {
  PREFIX=bit
  raw many-segments tcp 3
  expect_delivered bit0 1
  echo "byte by byte, and two in pieces of 61: 3 alarms, answers on the same connection"
}

case_tcp_length() {
  mark
  python3 "$HERE/raw.py" tcp-length "$(address tcp)" nolen
  expect_stored 1 '.verdict == "refused" and .answer == "SIP 400" and .kind == null'
  echo "no Content-Length on a stream: 400, then the connection is closed, evidence kept"
}

case_heartbeat() {
  local beat='.verdict == "accepted" and .class == "supervision" and .kind == "heartbeat" and .priority == "info"'
  PREFIX=beat TYPE='<mty>PI</mty>' REST='<dty>0002</dty><stc>0009</stc>'
  mark
  play alarm udp 1
  expect_answers 1 '^beat1 0 '
  expect_stored 1 "$beat"
  # Even where device and status would be a fire; in an ME they are.
  PREFIX=mild REST='<dty>0023</dty><stc>0009</stc>'
  mark
  play alarm udp 1
  expect_answers 1 '^mild1 0 '
  expect_stored 1 "$beat"
  PREFIX=fire TYPE='<mty>ME</mty>'
  mark
  play alarm udp 1
  expect_answers 1 '^fire1 0 '
  expect_stored 1 '.verdict == "accepted" and .kind == "smoke" and .priority == "critical"'
  PREFIX=test TYPE='' REST='<dty>0002</dty><crd>no-voice:</crd><stc>0102</stc>'
  mark
  play alarm udp 1
  expect_answers 1 '^test1 0 '
  expect_stored 1 '.verdict == "accepted" and .class == "test"'
  echo "PI with 0009 is a heartbeat, ME with 0009 an alarm, ME with 0102 a test"
}

# load TRANSPORT: 1,000 alarms at 200 a second, none lost.
load() {
  local before started took
  before=$(metric 'alarm_journal_entries_total{outcome="new"}')
  mark
  started=${EPOCHREALTIME/./}
  play alarm "$1" 1000 -r 200 -l 1000
  took=$(((${EPOCHREALTIME/./} - started) / 1000))
  expect_answers 1000 "^$PREFIX[0-9]+ 0 "
  [ "$(cut -d ' ' -f 1 "$MRS" | sort -u | wc -l)" -eq 1000 ] || fail "an mrs came twice"
  expect_stored 1000 "$ALARM"
  expect_stored_as_answered
  expect_rise "$before" 1000 metric 'alarm_journal_entries_total{outcome="new"}'
  [ $took -lt 9000 ] || fail "1,000 calls at 200 per second took $took ms"
  echo "1000 calls, 0 failed, 1000 stored, 1000 mrs, $(statistic 'Retransmissions(C)') retransmissions, $took ms"
}

case_load_udp() {
  PREFIX=ludp
  PATIENCE=1500
  load udp
}

case_load_tcp() {
  PREFIX=ltcp
  PATIENCE=1500
  load tcp
}

# configured LINES...: a server of its own with this [scaip] table.
configured() {
  printf '%s\n' '[scaip]' "$@" >"$DIR/server.toml"
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
}

case_body_in_200() {
  local transport
  configured 'body_in_200 = true'
  for transport in udp tcp; do
    PREFIX=in$transport
    mark
    play body-in-200 "$transport" 5
    # One mrs each, and it came in the 200.
    expect_answers 5 "^$PREFIX[0-9] 0 in-200 "
    expect_stored 5 "$ALARM"
    expect_stored_as_answered
  done
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "the mrs in the 200 and nowhere else"
}

case_strict() {
  local line
  configured 'strict = true'
  for line in 'Content-Type: application/xml' 'X-Nothing: no content type'; do
    mark
    PREFIX=bad
    play refused-415 udp 1 -key content_line "$line"
    expect_answers 0
    expect_stored 1 '.verdict == "refused" and .answer == "SIP 415"'
  done
  PREFIX=good
  plain udp 1
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "another content type: 415 with Accept; the right one is taken"
}

# again SIGNAL STATUS: an alarm, the end of the server, a new start, the same alarm.
again() {
  local first
  start_server "$DIR/alarms.sqlite"
  PREFIX=keep
  plain udp 3
  first=$(sort "$MRS")
  stop_server "$SERVER_PID" "$1" || true
  [ "$STOPPED_WITH" -eq "$2" ] || fail "ended with $STOPPED_WITH, expected $2"
  [ "$1" = KILL ] || expect_folded "$DIR/alarms.sqlite"
  start_server "$DIR/alarms.sqlite"
  MARK=0
  expect_stored 3 "$ALARM"
  play alarm udp 3
  expect_answers 3 '^keep[123] 0 '
  [ "$(sort "$MRS")" = "$first" ] || fail "the repeats got other mrs"
  expect_stored 3 '.verdict == "accepted" and .repeats == 1'
  PREFIX=next
  play alarm udp 1
  expect_answers 1 '^next1 0 '
  expect_stored 4 '.verdict == "accepted"'
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
}

case_restart() {
  again TERM 0
  echo "SIGTERM: exit code 0; repeats are known after the start, with equal mrs"
}

case_crash() {
  again KILL 137
  echo "SIGKILL: what was answered is there; repeats are known after the start"
}

# A small file system of our own, or the case is skipped.
mount_small() {
  DISK=$DIR/disk
  mkdir -p "$DISK"
  mount -t tmpfs -o "size=$1" tmpfs "$DISK" 2>/dev/null || skip mount "mount not permitted"
  echo "$DISK" >>"$DIR/mounts"
}

UNWELL='.status == "unavailable" and .journal.status == "unhealthy" and (.journal.reason | length > 0)'

case_full_disk() {
  local took declined
  mount_small 2m
  start_server "$DISK/alarms.sqlite"
  PREFIX=room
  plain udp 2
  expect_health 200 '.status == "ok"' 1 >/dev/null

  dd if=/dev/zero of="$DISK/filler" bs=4k 2>/dev/null && fail "the disk does not fill"
  PREFIX=full
  mark
  play alarm udp 20
  # Whoever heard 0 is stored, whoever is not heard 5 (or nothing).
  expect_answers "$(answers)" '^full[0-9]+ [05] '
  expect_stored_as_answered
  declined=$((20 - $(answers ' 0 sip:')))
  [ $declined -gt 0 ] || fail "the full disk took everything"
  [ "$(answers '^full20 0 ')" -eq 0 ] || fail "the last one was still taken"
  expect_health 503 "$UNWELL" 5 >/dev/null
  REASON=$(jq -r .journal.reason "$DIR/health")
  kill -0 "$SERVER_PID" || fail "the server died"

  rm "$DISK/filler"
  took=$(expect_health 200 '.status == "ok" and .journal.status == "healthy"' 5)
  # The senders repeat, as they must; now all is taken, each once.
  play alarm udp 20
  expect_answers 20 '^full[0-9]+ 0 '
  expect_stored 20 '.verdict == "accepted"'
  expect_stored_as_answered
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "$declined of 20 declined, none lost; 503 \"$REASON\"; healthy again after $took"
}

# read_only_start SIGNAL: the server ends by it and starts anew on a file system that is read-only by
# then. (Under an open journal the kernel refuses the remount with EBUSY: that is read-only-open.)
read_only_start() {
  local took
  mount_small 16m
  start_server "$DISK/alarms.sqlite"
  PREFIX=before
  plain udp 1
  stop_server "$SERVER_PID" "$1" || [ "$1" = KILL ] || fail "ended with $STOPPED_WITH"
  [ "$1" = KILL ] || expect_folded "$DISK/alarms.sqlite"

  mount -o remount,ro "$DISK"
  start_server "$DISK/alarms.sqlite"
  declines
  mount -o remount,rw "$DISK"
  took=$(expect_health 200 '.status == "ok"' 5)
  PREFIX=after
  plain udp 2
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "started read-only: snu 5, 503 \"$REASON\"; writable: healthy after $took"
}

case_read_only() {
  read_only_start TERM
}

# A crash leaves SQLite's log and index behind, and those can be read: another way through.
case_read_only_crash() {
  read_only_start KILL
}

# The files become immutable under the open journal.
case_read_only_open() {
  local took probe=$DIR/probe
  exec 9>"$probe"
  if chattr +i "$probe" 2>/dev/null; then
    ! echo "still written" >&9 2>/dev/null || took=no
    chattr -i "$probe"
  else
    took=no
  fi
  exec 9>&-
  [ -z "${took-}" ] || skip immutable "chattr +i not permitted, or open files stay writable here"

  start_server "$DIR/alarms.sqlite"
  PREFIX=before
  plain udp 1
  touch "$DIR/immutable"
  chattr +i "$DIR/alarms.sqlite" "$DIR/alarms.sqlite-wal"
  PREFIX=first
  mark
  play alarm udp 1
  expect_answers "$(answers)" '^first1 5 '
  declines
  chattr -i "$DIR/alarms.sqlite" "$DIR/alarms.sqlite-wal"
  rm "$DIR/immutable"
  took=$(expect_health 200 '.status == "ok"' 5)
  PREFIX=after
  plain udp 2
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "immutable while open: snu 5, 503 \"$REASON\"; writable: healthy after $took"
}

# No positive answer, nothing stored, the server up and its health honest; REASON is what it says.
declines() {
  expect_health 503 "$UNWELL" 3 >/dev/null
  PREFIX=not
  mark
  play alarm udp 3
  expect_answers "$(answers)" '^not[0-9] 5 '
  expect_stored 0
  expect_health 503 "$UNWELL" 1 >/dev/null
  REASON=$(jq -r .journal.reason "$DIR/health")
  kill -0 "$SERVER_PID" || fail "the server died"
}
