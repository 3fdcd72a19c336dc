# The cases of units that are known: digest, registration, supervision.

CASES+=(digest-udp digest-tcp register silent)

# accounts ALGORITHMS: a server of its own that asks for credentials.
accounts() {
  cat >"$DIR/server.toml" <<TOML
[scaip.digest]
listeners = ["udp", "tcp"]
realm = "arc.example.net"
algorithms = [$1]
[[scaip.digest.accounts]]
name = "40211870"
secrets = [{ password = "old pendant" }, { password = "new pendant" }]
[scaip.registration]
enabled = true
[scaip.supervision]
enabled = true
interval = "10s"
missed = 2
TOML
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
}

# digest TRANSPORT: both passwords let in, a wrong one does not, and neither does none. By MD5: that
# is what SIPp knows.
digest() {
  accounts '"MD5"'
  mark
  PREFIX=old
  play digest "$1" 3 -au 40211870 -ap 'old pendant'
  expect_answers 3 '^old[0-9]+ 0 '
  PREFIX=new
  play digest "$1" 3 -au 40211870 -ap 'new pendant'
  expect_answers 3 '^new[0-9]+ 0 '
  expect_stored 6 "$ALARM"
  PREFIX=bad
  play digest-refused "$1" 1 -au 40211870 -ap guess
  expect_answers 0
  PREFIX=foreign CID=40211871
  play digest-refused "$1" 1 -au 40211870 -ap 'old pendant'
  # The evidence of both, and no more alarms.
  expect_stored 8 '(.verdict == "accepted") == (.ref // "" | startswith("old") or startswith("new"))'
  expect_rise 0 8 metric 'alarm_scaip_challenges_total{stale="false"}'
  detail old1 | jq -e '.transport.peer | endswith("account \"40211870\"")' >/dev/null ||
    fail "as whom it came is not kept"
  ! grep -q pendant "$DIR/server.log" || fail "a password is in the log"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "401 then 200 with an old and a new password, 403 with a wrong one and for another cid"
}

case_digest_udp() {
  digest udp
}

case_digest_tcp() {
  digest tcp
}

case_register() {
  accounts '"MD5"'
  play register udp 1 -au 40211870 -ap 'new pendant'
  local found
  found=$(api /api/devices | jq -c '.devices | map([.controller, .presence, .path])')
  [ "$found" = '[["40211870","present","registered"]]' ] || fail "devices: $found"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "401, then 200 with the contact; a registration is a sign of life"
}

# offline COUNT PHASE: waits until so many such events are stored, and the last one has the phase.
offline() {
  local all try
  for try in {1..260}; do
    all=$(stored | jq -c '[.[] | select(.kind == "device_offline")]')
    [ "$(jq length <<<"$all")" -lt "$1" ] || break
    sleep 0.1
  done
  jq -e --arg phase "$2" "length == $1 and .[-1].event.phase == \$phase" <<<"$all" >/dev/null ||
    fail "expected $1 events, the last one \"$2\": $all"
}

case_silent() {
  printf '[scaip.supervision]\nenabled = true\ninterval = "10s"\nmissed = 2\n' >"$DIR/server.toml"
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
  mark
  TYPE='<mty>PI</mty>' REST='<dty>0003</dty>'
  PREFIX=first
  play alarm udp 1
  expect_answers 1 '^first1 0 '
  local began=$SECONDS
  offline 1 start
  [ $((SECONDS - began)) -ge 18 ] || fail "silent after $((SECONDS - began)) s already"
  [ "$(metric alarm_scaip_silent)" = 1 ] || fail "not counted as silent"
  PREFIX=again
  play alarm udp 1
  expect_answers 1 '^again1 0 '
  offline 2 end
  [ "$(metric alarm_scaip_silent)" = 0 ] || fail "still counted as silent"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "silent after 20 s: one event; heard again: its end"
}
