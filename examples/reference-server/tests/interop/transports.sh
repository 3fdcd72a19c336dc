# The cases of IPv6, TLS and HTTPS. Certificates are made by openssl, for each case anew.

CASES+=(
  ipv6-udp ipv6-tcp plain-networks
  tls-1-2 tls-1-3 tls-many tls-optional tls-required tls-reload tls-not-tls
  https https-tokens https-refused https-certificate https-repeat https-ipv6
)

# --- IPv6 and networks --------------------------------------------------------------------------

# over_ipv6 TRANSPORT
over_ipv6() {
  LISTEN=[::1]:0
  start_server "$DIR/alarms.sqlite"
  PREFIX=six$1
  plain "$1" 5
  detail "${PREFIX}1" | jq -e '.transport.peer | startswith("[::1]:")' >/dev/null || fail "not over IPv6"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "5 alarms, 5 mrs, $(jq -r ".$1" "$ADDRESSES")"
}

case_ipv6_udp() {
  over_ipv6 udp
}

case_ipv6_tcp() {
  over_ipv6 tcp
}

# Plain SIP outside loopback: nobody, unless a network is named; and then that network alone.
case_plain_networks() {
  local own status=0
  own=$(python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("192.0.2.9", 9))
print(s.getsockname()[0])' 2>/dev/null) || skip address "no IPv4 address outside loopback"
  [[ $own != 127.* ]] || skip address "no IPv4 address outside loopback"
  "$SERVER" --scaip-udp 0.0.0.0:0 --check-config 2>"$DIR/refused" || status=$?
  [ $status -eq 2 ] || fail "0.0.0.0 without a network was taken"
  grep -q plain_networks "$DIR/refused" || fail "the refusal does not say what is missing"

  LISTEN=0.0.0.0:0
  start_server "$DIR/alarms.sqlite" --scaip-plain-network "$own/32"
  mark
  reach udp "$own" || fail "a named network was not heard"
  expect_stored 1
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"

  start_server "$DIR/alarms.sqlite" --scaip-plain-network 198.51.100.0/24
  mark
  ! reach udp "$own" || fail "another network was heard over UDP"
  ! reach tcp "$own" || fail "another network was heard over TCP"
  reach udp 127.0.0.1 || fail "loopback was not heard"
  expect_stored 1 '.sender == "127.0.0.1"'
  expect_rise 0 1 metric 'alarm_scaip_connections_total{transport="tcp",outcome="network"}'
  [ "$(metric alarm_scaip_datagrams_dropped_total)" -ge 1 ] || sleep 3
  [ "$(metric alarm_scaip_datagrams_dropped_total)" -ge 1 ] || fail "the datagram was not counted"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "0.0.0.0 without networks refused at the start; a named one is heard, another one is not, and is counted"
}

# reach TRANSPORT HOST: sends a message without a ref there; true when it is answered 400.
reach() {
  python3 - "$1" "$2" "$(address "$1" | sed 's/.*://')" <<'PYTHON'
import socket, sys
kind, host, port = sys.argv[1:]
message = (
    f"MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n"
    f"Via: SIP/2.0/{kind.upper()} unit.example.net;branch=z9hG4bKreach;rport\r\n"
    "From: <sip:1@arc.example.net>;tag=1\r\nTo: <sip:alarm@arc.example.net>\r\n"
    "Call-ID: reach@example.net\r\nCSeq: 1 MESSAGE\r\nContent-Length: 2\r\n\r\nxx"
).encode()
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
sock.settimeout(2)
try:
    sock.bind((host, 0))
    sock.connect((host, int(port)))
    sock.send(message)
    sys.exit(0 if sock.recv(4096).startswith(b"SIP/2.0 400 ") else 1)
except OSError:
    sys.exit(1)
PYTHON
}

# --- Certificates -------------------------------------------------------------------------------

# authority NAME: makes NAME.pem and NAME.key.
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj "/CN=$1 of the test" -addext basicConstraints=critical,CA:TRUE \
    -keyout "$1.key" -out "$1.pem" 2>>openssl.log || fail "openssl could not make an authority"
}

# issue AUTHORITY NAME COMMON_NAME: makes NAME.pem and NAME.key.
issue() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$3" \
    -keyout "$2.key" -out "$2.csr" 2>>openssl.log &&
    openssl x509 -req -in "$2.csr" -CA "$1.pem" -CAkey "$1.key" -CAcreateserial -days 2 \
      -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1') \
      -out "$2.pem" 2>>openssl.log || fail "openssl could not make a certificate"
}

# secured TABLE LINES...: a server of its own with certificates and this [scaip.TABLE].
secured() {
  local table=$1
  shift
  authority ca
  authority strange
  issue ca server localhost
  issue ca unit 40211870
  issue strange wrong 40211870
  {
    printf '[scaip]\nreload_interval = "100ms"\n[scaip.%s]\n' "$table"
    printf '%s = "%s"\n' certificate "$DIR/server.pem" key "$DIR/server.key" client_ca "$DIR/ca.pem"
    printf '%s\n' "$@"
  } >"$DIR/server.toml"
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
}

# --- TLS, with openssl s_client -----------------------------------------------------------------

# The MESSAGE with this ref, as a file.
sip_message() {
  local body="<mrq><ref>$1</ref><cid>40211870</cid><dty>0003</dty><stc>0010</stc></mrq>"
  printf '%s\r\n' 'MESSAGE sip:alarm@arc.example.net SIP/2.0' \
    "Via: SIP/2.0/TLS unit.example.net;branch=z9hG4bK$1;rport" 'Max-Forwards: 70' \
    "From: <sip:40211870@arc.example.net>;tag=$1" 'To: <sip:alarm@arc.example.net>' \
    "Call-ID: $1@unit.example.net" 'CSeq: 1 MESSAGE' 'Content-Type: application/scaip+xml' \
    "Content-Length: ${#body}" ''
  printf '%s' "$body"
}

# tls_alarms COUNT REF [OPTIONS...]: sends REF1, REF2 ... by one s_client and answers every mrs on the
# same connection; false when the connection ends before. What came is in came.REF.
tls_alarms() {
  local count=$1 ref=$2 number try pid end=0
  shift 2
  rm -f tls.in
  mkfifo tls.in
  timeout 20 openssl s_client -connect "$(address tls)" -CAfile ca.pem -verify_return_error \
    -brief -ign_eof "$@" <tls.in >"came.$ref" 2>"openssl.$ref" &
  pid=$!
  exec 8>tls.in
  for ((number = 1; number <= count; number++)); do
    sip_message "$ref$number" >message
    # Whoever was shown the door cannot be written to.
    (trap '' PIPE && cat message >&8) 2>/dev/null || true
    for try in {1..100}; do
      ! grep -q "<mrs><ref>$ref$number</ref>.*</mrs>" "came.$ref" || break
      kill -0 "$pid" 2>/dev/null || { end=1 && break 2; }
      sleep 0.05
    done
    grep -q "<mrs><ref>$ref$number</ref>.*</mrs>" "came.$ref" || { end=1 && break; }
    # The last request that came, its headers given back.
    {
      printf 'SIP/2.0 200 OK\r\n'
      tac "came.$ref" | sed '/^MESSAGE sip:/q' | tac | grep -aE '^(Via|From|To|Call-ID|CSeq):'
      printf 'Content-Length: 0\r\n\r\n'
    } >answer
    (trap '' PIPE && cat answer >&8) 2>/dev/null || true
  done
  [ $end -ne 0 ] || expect_delivered "$ref$count" 1
  exec 8>&-
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  [ $end -eq 0 ]
}

# expect_taken COUNT REF: each was answered 200 and then accepted, on the connection that s_client had.
expect_taken() {
  [ "$(grep -ao 'SIP/2.0 200 ' "came.$2" | wc -l)" -eq "$1" ] || fail "no $1 times 200 on the connection"
  [ "$(grep -aoE "<mrs><ref>$2[0-9]+</ref><snu>0</snu></mrs>" "came.$2" | sort -u | wc -l)" -eq "$1" ] ||
    fail "no $1 mrs on the connection"
}

# over_tls OPTION PROTOCOL
over_tls() {
  secured tls 'listen = "127.0.0.1:0"'
  mark
  tls_alarms 1 vers "$1" || { cat openssl.vers >&2 && fail "no mrs"; }
  expect_taken 1 vers
  grep -q "Protocol version: $2" openssl.vers || fail "not $2"
  expect_stored 1 "$ALARM"
  detail vers1 | jq -e '.transport.transport == "tls"' >/dev/null || fail "not over TLS"
  ! tls_alarms 1 older -tls1_1 -cipher 'DEFAULT:@SECLEVEL=0' || fail "TLS 1.1 was taken"
  expect_rise 0 1 metric 'alarm_scaip_connections_total{transport="tls",outcome="handshake-failed"}'
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "$2: 200 and mrs on the same connection, stored and delivered; $(sed -n 's/^Ciphersuite: //p' openssl.vers)"
}

case_tls_1_2() {
  over_tls -tls1_2 TLSv1.2
}

case_tls_1_3() {
  over_tls -tls1_3 TLSv1.3
}

case_tls_many() {
  secured tls 'listen = "[::1]:0"'
  mark
  tls_alarms 5 many || { cat openssl.many >&2 && fail "no mrs"; }
  expect_taken 5 many
  expect_stored 5 "$ALARM"
  [ "$(for id in $(stored | jq -r '.[].id'); do api "/api/alarms/$id" | jq -r .transport.peer; done |
    sort -u | wc -l)" -eq 1 ] || fail "not one connection"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "5 alarms one after the other on one connection, over IPv6"
}

case_tls_optional() {
  secured tls 'listen = "127.0.0.1:0"' 'client_certificates = "optional"'
  mark
  tls_alarms 1 without || fail "not taken without a certificate"
  expect_taken 1 without
  tls_alarms 1 with -cert unit.pem -key unit.key || fail "not taken with a certificate"
  expect_taken 1 with
  ! tls_alarms 1 wrong -cert wrong.pem -key wrong.key || fail "taken with a wrong certificate"
  expect_stored 2 "$ALARM"
  detail with1 | jq -e '.transport.peer | contains("certificate \"40211870\"")' >/dev/null ||
    fail "the certificate is not noted"
  detail without1 | jq -e '.transport.peer | contains("certificate") | not' >/dev/null ||
    fail "a certificate is noted that was not there"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "with and without are taken, a wrong one is refused; whose it was is noted"
}

case_tls_required() {
  local version
  secured tls 'listen = "127.0.0.1:0"' 'client_certificates = "required"'
  mark
  for version in tls1_2 tls1_3; do
    ! tls_alarms 1 "without$version" -$version || fail "taken without a certificate"
    ! tls_alarms 1 "wrong$version" -$version -cert wrong.pem -key wrong.key || fail "taken with a wrong one"
  done
  tls_alarms 1 with -cert unit.pem -key unit.key || fail "not taken with a certificate"
  expect_taken 1 with
  expect_stored 1 "$ALARM"
  expect_rise 0 4 metric 'alarm_scaip_connections_total{transport="tls",outcome="handshake-failed"}'
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "none and a wrong one are refused in both versions, the right one is taken"
}

case_tls_reload() {
  local try
  secured tls 'listen = "127.0.0.1:0"'
  mark
  tls_alarms 1 before || fail "not taken"
  cp ca.pem old.pem
  authority ca
  issue ca server localhost
  for try in {1..50}; do
    ! openssl s_client -connect "$(address tls)" -CAfile ca.pem -verify_return_error -brief \
      </dev/null >/dev/null 2>&1 || break
    sleep 0.1
  done
  tls_alarms 1 after || { cat openssl.after >&2 && fail "the new certificate is not in force"; }
  expect_taken 1 after
  expect_stored 2 "$ALARM"
  ! openssl s_client -connect "$(address tls)" -CAfile old.pem -verify_return_error -brief \
    </dev/null >/dev/null 2>&1 || fail "the old certificate is still there"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "a new certificate from a new authority is in force without a restart"
}

case_tls_not_tls() {
  secured tls 'listen = "127.0.0.1:0"'
  mark
  sip_message plain1 | timeout 5 python3 -c '
import socket, sys
host, port = sys.argv[1].rsplit(":", 1)
sock = socket.create_connection((host, int(port)))
sock.settimeout(4)
sock.sendall(sys.stdin.buffer.read())
data = b""
try:
    while piece := sock.recv(4096):
        data += piece
except ConnectionResetError:
    pass
sys.exit("answered in plain" if b"SIP" in data else 0)' "$(address tls)" || fail "not turned away"
  tls_alarms 1 next || fail "the next one was not served"
  expect_stored 1 "$ALARM"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "plain SIP on the TLS port is turned away, the next one served"
}

# --- HTTPS, with curl ---------------------------------------------------------------------------

# posted REF [CURL OPTIONS...]: posts an alarm or what the options say; STATUS, head and body are left.
posted() {
  local body="<mrq><ref>$1</ref><cid>40211870</cid><dty>0003</dty><stc>0010</stc></mrq>"
  shift
  printf '%s' "$body" >alarm.xml
  STATUS=$(curl --silent --max-time 10 --cacert ca.pem --dump-header head --output body \
    --write-out '%{http_code}' -H 'Content-Type: application/scaip+xml' --data-binary @alarm.xml \
    "$@" "https://$(address https)/scaip") || true
}

# expect_posted STATUS [PATTERN]: the answer was so.
expect_posted() {
  [ "$STATUS" = "$1" ] || { cat head body >&2 && fail "expected $1, got $STATUS"; }
  [ $# -lt 2 ] || grep -qE -- "$2" body || { cat head body >&2 && fail "expected a body like \"$2\""; }
}

case_https() {
  local version
  secured https 'listen = "127.0.0.1:0"'
  mark
  for version in 1.2 1.3; do
    posted "w${version/./}" --tlsv$version --tls-max $version
    expect_posted 200 "^<mrs><ref>w${version/./}</ref><snu>0</snu></mrs>$"
    grep -qi '^content-type: application/scaip+xml' head || fail "another content type"
  done
  # Two on one connection.
  [ "$(curl --silent --cacert ca.pem -H 'Content-Type: application/scaip+xml' \
    --data-binary @alarm.xml --output body --write-out '%{num_connects} ' \
    "https://$(address https)/scaip" --next --silent --cacert ca.pem \
    -H 'Content-Type: application/scaip+xml' --data-binary @alarm.xml --output body \
    --write-out '%{num_connects}' "https://$(address https)/scaip")" = '1 0' ] || fail "not kept alive"
  expect_stored 2 '.verdict == "accepted" and .kind == "help_call"'
  detail w13 | jq -e '.transport.transport == "https"' >/dev/null || fail "not over HTTPS"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "TLS 1.2 and 1.3: 200 with the mrs, stored; two requests on one connection"
}

case_https_tokens() {
  local hash
  hash=$(printf %s first-token-of-the-test | sha256sum | cut -d ' ' -f 1)
  echo second-token-of-the-test >token
  secured https 'listen = "127.0.0.1:0"' 'bearer_tokens = [' \
    "{ name = \"first\", sha256 = \"$hash\" }, { name = \"second\", file = \"$DIR/token\" }]"
  mark
  posted none
  expect_posted 401
  grep -qi '^www-authenticate: Bearer' head || fail "no challenge"
  posted wrong --oauth2-bearer first-token-of-the-tesT
  expect_posted 401
  grep -qi '^www-authenticate: Bearer.*invalid_token' head || fail "no reason"
  posted one --oauth2-bearer first-token-of-the-test
  expect_posted 200 '<ref>one</ref><snu>0</snu>'
  posted two --oauth2-bearer second-token-of-the-test
  expect_posted 200 '<ref>two</ref><snu>0</snu>'
  expect_stored 2 "$ALARM"
  detail two | jq -e '.transport.peer | endswith("token \"second\"")' >/dev/null || fail "not noted"
  echo third-token-of-the-test >token
  local try
  for try in {1..50}; do
    posted three --oauth2-bearer third-token-of-the-test
    [ "$STATUS" != 200 ] || break
    sleep 0.1
  done
  expect_posted 200 '<ref>three</ref><snu>0</snu>'
  posted four --oauth2-bearer second-token-of-the-test
  expect_posted 401
  expect_stored 3 "$ALARM"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "no token and a wrong one: 401; two are valid at a time; rotated without a restart"
}

case_https_refused() {
  local name
  secured https 'listen = "127.0.0.1:0"'
  : >body
  printf '%s' '<mrq><ref>nodty</ref><cid>40211870</cid></mrq>' >nodty
  printf '%s' '<mrq><ref>cut</ref><cid>40211870</dty></mrq>' >cut
  printf '%s' '<mrq><ref>type</ref><mty>XX</mty><cid>40211870</cid><dty>0003</dty></mrq>' >type
  head -c 70000 /dev/zero | tr '\0' x >long
  head -c 300000 /dev/zero | tr '\0' x >longer
  printf '%s' '{}' >json
  mark
  for name in nodty:7 cut:2 type:3; do
    post_file "${name%:*}" application/scaip+xml
    expect_posted 200 "^<mrs><ref>${name%:*}</ref><snu>${name#*:}</snu>"
  done
  post_file long application/scaip+xml
  expect_posted 413
  post_file longer application/scaip+xml
  expect_posted 413
  post_file json application/json
  expect_posted 415
  grep -qi '^accept: application/scaip+xml' head || fail "no Accept"
  post_file /dev/null application/scaip+xml
  expect_posted 400
  STATUS=$(curl --silent --cacert ca.pem --output body --write-out '%{http_code}' \
    "https://$(address https)/scaip")
  expect_posted 405
  expect_stored 6 '.verdict == "refused"'
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "with a ref: 200 with snu 7, 2, 3; without: 413, 415 with Accept, 400; GET 405"
}

# post_file FILE CONTENT_TYPE
post_file() {
  STATUS=$(curl --silent --max-time 10 --cacert ca.pem --dump-header head --output body \
    --write-out '%{http_code}' -H "Content-Type: $2" --data-binary "@$1" \
    "https://$(address https)/scaip") || true
  [ -f body ] || : >body
}

case_https_certificate() {
  secured https 'listen = "127.0.0.1:0"' 'client_certificates = "required"'
  mark
  : >head
  : >body
  posted without
  expect_posted 000
  posted wrong --cert wrong.pem --key wrong.key
  expect_posted 000
  posted with --cert unit.pem --key unit.key
  expect_posted 200 '<ref>with</ref><snu>0</snu>'
  expect_stored 1 "$ALARM"
  detail with | jq -e '.transport.peer | contains("certificate \"40211870\"")' >/dev/null ||
    fail "the certificate is not noted"
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "none and a wrong one are refused in the handshake, the right one is taken and noted"
}

case_https_repeat() {
  local first
  secured https 'listen = "127.0.0.1:0"'
  mark
  posted again
  expect_posted 200 '<ref>again</ref><snu>0</snu>'
  first=$(cat body)
  stop_server "$SERVER_PID" KILL || true
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
  posted again
  expect_posted 200 '<ref>again</ref><snu>0</snu>'
  [ "$(cat body)" = "$first" ] || fail "another answer"
  expect_stored 1 '.verdict == "accepted" and .repeats == 1'
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "the same again after SIGKILL: equal answers, one alarm, repeats 1"
}

case_https_ipv6() {
  secured https 'listen = ["[::1]:0", "127.0.0.1:0"]'
  mark
  posted six
  expect_posted 200 '<ref>six</ref><snu>0</snu>'
  detail six | jq -e '.transport.peer | startswith("[::1]:")' >/dev/null || fail "not over IPv6"
  STATUS=$(curl --silent --cacert ca.pem --output body --write-out '%{http_code}' \
    -H 'Content-Type: application/scaip+xml' --data-binary @alarm.xml \
    "https://$(address https2)/scaip")
  expect_posted 200 '<ref>six</ref><snu>0</snu>'
  expect_stored 1 '.verdict == "accepted" and .repeats == 1'
  stop_server "$SERVER_PID" TERM || fail "ended with $STOPPED_WITH"
  echo "https://$(jq -r .https "$ADDRESSES")/scaip, and IPv4 beside it"
}
