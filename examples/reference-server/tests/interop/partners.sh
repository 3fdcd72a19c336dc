# The cases of the Sensio Partner API and of vendors' JSON: curl plays the partner, the vendor and the
# Sensio server's webhooks. A second server takes what the first one sends.

CASES+=(partner partner-refused vendor-json sensio-webhook)

PARTNER_SECRET=not-a-real-secret
HOOK_TOKEN=3c1f5f7a-not-a-real-token

# web TABLES: a server of its own whose inputs listen over HTTPS and HTTP.
web() {
  printf '%s\n' "$PARTNER_SECRET" >"$DIR/secret"
  printf '%s\n' "$HOOK_TOKEN" >"$DIR/token"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 \
    -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$DIR/key.pem" -out "$DIR/certificate.pem" 2>/dev/null
  cat >"$DIR/server.toml" <<TOML
[inputs.web]
listen = "127.0.0.1:0"
plain = "127.0.0.1:0"
certificate = "$DIR/certificate.pem"
key = "$DIR/key.pem"
$1
TOML
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
}

PARTNER_TABLES='[inputs.sensio]
[[inputs.sensio.client]]
id = "nordlys-partner"'

# The table of clients, with the secret that this server has.
partners() {
  printf '%s\nsecrets = [{ file = "%s/secret" }]\n' "$PARTNER_TABLES" "$DIR"
}

# http METHOD PATH [CURL OPTIONS...]: the body into $DIR/heard; prints the status.
http() {
  local method=$1 path=$2
  shift 2
  curl --silent --show-error --max-time 10 --cacert "$DIR/certificate.pem" --request "$method" \
    --output "$DIR/heard" --write-out '%{http_code}' "$@" "https://$(address web)$path"
}

# expect_status STATUS METHOD PATH [CURL OPTIONS...]
expect_status() {
  local expected=$1 got
  shift
  got=$(http "$@")
  [ "$got" = "$expected" ] || fail "$1 $2: $got instead of $expected: $(cat "$DIR/heard")"
}

# Gets a token, and sets AS to the option that presents it.
token() {
  expect_status 200 POST /partner/api/v1/tokens/oauth/accesstoken \
    --data grant_type=client_credentials --data client_id=nordlys-partner \
    --data-urlencode "client_secret=$PARTNER_SECRET"
  AS="Authorization: Bearer $(jq -er .access_token "$DIR/heard")"
}

# event STATUS METHOD [BODY]
event() {
  local body=()
  [ -z "${3-}" ] || body=(--header 'Content-Type: application/json' --data "$3")
  expect_status "$1" "$2" /partner/api/v1/devices/SN-004711/events/906 --header "$AS" "${body[@]}"
}

case_partner() {
  web "$(partners)"
  token
  event 200 POST '{"externalEventId":"e1","description":"synthetic"}'
  expect_stored 1 '.kind == "fall" and .sender == "SN-004711" and .ref == "906 e1"'
  event 200 POST '{"externalEventId":"e1"}'
  expect_stored 1
  event 200 PUT '{"externalEventId":"e1","triggerValue":7}'
  event 200 DELETE
  expect_stored 3 '.verdict == "accepted" and .protocol == "sensio-partner"'
  expect_status 200 PUT /partner/api/v1/devices/SN-004711/status --header "$AS" \
    --header 'Content-Type: application/json' --data '{"batteryLevel":78}'
  expect_stored 4
  api /api/devices | jq -e '.devices[0] | .controller == "SN-004711" and .reports_by != null' >/dev/null ||
    fail "the device is not listed"
  # After SIGKILL: what is open is known.
  event 200 POST '{"externalEventId":"e2"}'
  stop_server "$SERVER_PID" KILL || true
  start_server "$DIR/alarms.sqlite" --config "$DIR/server.toml"
  token
  event 200 POST '{"externalEventId":"e2"}'
  event 200 DELETE
  expect_stored 6
  echo "a fall, its repeat, update and end over TLS, a status, and a repeat after SIGKILL"
}

case_partner_refused() {
  web "$(partners)"
  expect_status 400 POST /partner/api/v1/tokens/oauth/accesstoken --data grant_type=password
  # RFC 6749 5.2: 400 where the credentials stand in the body.
  expect_status 400 POST /partner/api/v1/tokens/oauth/accesstoken \
    --data grant_type=client_credentials --data client_id=nordlys-partner --data client_secret=wrong
  AS='Authorization: Bearer guessed'
  event 401 POST '{}'
  token
  event 404 PUT '{}'
  event 400 POST '{"description":'
  event 200 DELETE
  # The update that was refused is kept as evidence, and the end.
  expect_stored 2
  expect_status 404 GET /elsewhere
  expect_status 405 GET /partner/api/v1/devices/SN-004711/events/906 --header "$AS"
  [ "$(grep -c "$PARTNER_SECRET" "$DIR/server.log")" = 0 ] || fail "the secret is in the log"
  echo "400, 401, 404 and 405, and evidence of what was refused"
}

case_vendor_json() {
  local mapping=$HERE/../../../../sensio-partner/vocabularies/evondos.toml
  web "[[inputs.json]]
name = \"evondos\"
path = \"/json/evondos\"
mapping = \"$mapping\"
tokens = [{ name = \"vendor\", file = \"$DIR/token\" }]"
  local as="Authorization: Bearer $HOOK_TOKEN" message
  message() {
    printf '{"device":{"serialNumber":"40211870"},"event":{"id":"%s","type":"%s"}}' "$1" "$2"
  }
  expect_status 401 POST /json/evondos --data "$(message e1 'medicine not taken')"
  expect_status 200 POST /json/evondos --header "$as" --data "$(message e1 'medicine not taken')"
  expect_stored 1 '.kind == "medication_not_taken" and .event.device.controller == "40211870"'
  expect_status 200 POST /json/evondos --header "$as" --data "$(message e2 'Medicine taken')"
  expect_stored 3
  stored | jq -e '.[2].event.correlation.clears.event == .[0].id' >/dev/null ||
    fail "the dose that was taken settles nothing"
  expect_status 400 POST /json/evondos --header "$as" --data '{"device":'
  expect_stored 4
  echo "a dose that was not taken, settled by one that was; 400 and 401"
}

case_sensio_webhook() {
  # The second server stands for Sensio.
  local here=$DIR there=$DIR/there
  mkdir -p "$there"
  DIR=$there
  web "$(partners)"
  local sensio=$ADDRESSES
  DIR=$here
  web "$(partners)
[inputs.sensio_webhook]
tokens = [{ file = \"$DIR/token\" }]
[outputs.sensio]
endpoint = \"http://$(jq -er .web_http "$sensio")/partner\"
client_id = \"nordlys-partner\"
client_secret = { file = \"$DIR/secret\" }"
  token
  event 200 POST '{}'
  local own=$ADDRESSES id
  id=$(stored | jq -er '.[0].id')
  # It arrives under the id that it has here.
  ADDRESSES=$sensio
  expect_stored 1 ".kind == \"fall\" and .ref == \"906 $id\""
  ADDRESSES=$own
  local hook=(--header 'Content-Type: application/json'
    --header 'X-SensioPartner-EventName: RequestDeactivateEvent')
  local body="{\"DeviceIdentifier\":\"SN-004711\",\"EventType\":906,\"ExternalEventId\":\"$id\"}"
  expect_status 403 POST /hooks/sensio "${hook[@]}" --data "$body"
  hook+=(--header "X-SensioPartner-ValidationToken: $HOOK_TOKEN")
  expect_status 200 POST /hooks/sensio "${hook[@]}" --data "$body"
  expect_status 200 POST /hooks/sensio "${hook[@]}" --data "$body"
  stored | jq -e ".[1].event.correlation.clears.event == \"$id\" and .[2].kind == null" >/dev/null ||
    fail "the alarm is not closed here, or closed twice"
  ADDRESSES=$sensio
  expect_stored 2
  stored | jq -e '.[1].event.phase == "end"' >/dev/null || fail "no DELETE came"
  sleep 0.5
  expect_stored 2
  ADDRESSES=$own
  api /api/deliveries | jq -e '.outputs[0] | .delivered == 2 and .dead == 0' >/dev/null ||
    fail "the deliveries are not as they should be"
  echo "sent on, closed by a webhook, deleted once"
}
