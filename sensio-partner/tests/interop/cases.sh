# The cases. Each one ends with a line that says what was seen.
# shellcheck shell=bash

CASES=(document token event image identifiers statuses refusals webhook webhook-refusals webhook-echo)

# The document that the server serves is OpenAPI 3.1, says a validator that nobody here wrote.
case_document() {
  local venv=${INTEROP_VENV:-$PWD/venv}
  server
  ask 200 "$BASE/openapi.yaml"
  grep -qi '^content-type: application/yaml' head || fail "no YAML"
  cp body openapi.yaml
  if [ ! -x "$venv/bin/openapi-spec-validator" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --quiet install openapi-spec-validator==0.7.2
  fi
  "$venv/bin/openapi-spec-validator" --schema 3.1.0 openapi.yaml
  # A judge that accepts everything judges nothing.
  sed 's/^paths:/path:/' openapi.yaml >broken.yaml
  if "$venv/bin/openapi-spec-validator" --schema 3.1.0 broken.yaml; then fail "any document passes"; fi
  echo "OpenAPI 3.1, and a broken one is none"
}

case_token() {
  server
  local at=$BASE/api/v1/tokens/oauth/accesstoken json
  ask 200 "${CREDENTIALS[@]}" "$at"
  is '.token_type | ascii_downcase == "bearer"'
  is '.expires_in == 86400'
  grep -qi '^cache-control: no-store' head || fail "a token may be cached"
  json='{"grant_type":"client_credentials","client_id":"nordlys-partner","client_secret":"not-a-real-secret"}'
  ask 200 --json "$json" "$at"
  ask 200 --user nordlys-partner:not-a-real-secret -d grant_type=client_credentials "$at"
  ask 400 -d grant_type=client_credentials -d client_id=nordlys-partner -d client_secret=wrong "$at"
  is '.error == "invalid_client"'
  ask 401 --user nordlys-partner:wrong -d grant_type=client_credentials "$at"
  ask 405 "$at"
  token
  call 200 PUT SN-004711/status '{}'
  TOKEN=${TOKEN}x
  call 401 PUT SN-004711/status '{}'
  grep -qi '^www-authenticate: bearer' head || fail "no challenge"
  echo "form, JSON and Basic; four refusals"
}

case_event() {
  server
  token
  call 404 PUT SN-004711/events/906 '{"triggerValue":1}'
  call 200 POST SN-004711/events/906 '{"externalEventId":"01J9Z7P4WQ3N","description":"Fall ved sengen, rom 12 å"}'
  last '.action == "trigger" and .device == "SN-004711" and .eventType == 906'
  last '.parameters == {externalEventId: "01J9Z7P4WQ3N", description: "Fall ved sengen, rom 12 å"}'
  call 200 PUT SN-004711/events/906 '{"triggerValue":31}'
  last '.action == "update" and .parameters.triggerValue == 31 and .warnings == []'
  call 200 DELETE SN-004711/events/906
  last '.action == "deactivate"'
  kept 3
  # Nothing to say, said in both ways.
  call 200 POST SN-004711/events/2 '{}'
  call 200 POST SN-004711/events/4
  # In other hands' writing.
  call 200 POST SN-004712/events/923 '{"State":"88","images":[],"Description":null}'
  last '.parameters.state == 88 and (.warnings | length) >= 3'
  call 200 DELETE SN-004712/events/917
  last '.eventType == 923'
  kept 7
  echo "raised, updated, closed; seven calls kept"
}

case_image() {
  server
  token
  # SOI, a frame header of 16 by 16, EOI.
  local jpeg='\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9'
  printf "$jpeg" | base64 -w 0 >picture
  call 200 POST SN-004711/events/906 "{\"images\":[{\"imageData\":\"$(cat picture)\",\"name\":\"rom-12.jpg\"}]}"
  last '.parameters.images[0].name == "rom-12.jpg" and .warnings == []'
  [ "$(tail -n 1 calls | jq -r '.parameters.images[0].imageData')" = "$(cat picture)" ] || fail "another picture"
  # Line breaks, as other tools write base64.
  jq --null-input --rawfile picture <(printf "$jpeg" | base64 -w 8) '{images: [{imageData: $picture}]}' >lines
  call 200 POST SN-004712/events/906 @lines
  last '.warnings | length == 1 and (.[0] | contains("white space inside base64"))'
  # Six of them, one that is too large, a body that is too large.
  jq --null-input --rawfile picture picture '{images: [range(6) | {imageData: $picture}]}' >six
  call 400 POST SN-004711/events/906 @six
  head -c 60000 /dev/zero | base64 -w 0 >large
  jq --null-input --rawfile picture large '{images: [{imageData: $picture}]}' >too-large
  call 413 POST SN-004711/events/906 @too-large
  head -c 400000 /dev/zero | tr '\0' ' ' >blanks
  call 413 POST SN-004711/events/906 @blanks
  kept 2
  echo "one picture, one with line breaks, three refusals"
}

case_identifiers() {
  server
  token
  # Neither dots nor an empty segment turn a call for one device into another one.
  call 400 PUT ./status '{}'
  call 400 PUT ../status '{}'
  call 400 PUT %2e%2e/status '{}'
  call 400 PUT /status '{}'
  call 200 PUT SN%2D004711/status '{}'
  last '.statuses[0][0] == "SN-004711"'
  call 404 PUT SN%252D004711/status '{}'
  call 400 POST SN-004711/events/fall '{}'
  call 400 POST SN-004711/events/4294967296 '{}'
  call 200 POST SN-004711/events/424242 '{}'
  last '.eventType == 424242'
  kept 2
  echo "decoded once; dots refused"
}

case_statuses() {
  server
  token
  call 200 PUT SN-004711/status '{"batteryLevel":78}'
  last '.statuses == [["SN-004711", {batteryLevel: 78}]]'
  call 200 PUT status '[{"deviceIdentifier":"SN-004711","batteryLevel":77},{"deviceIdentifier":"SN-004712"}]'
  last '.statuses == [["SN-004711", {batteryLevel: 77}], ["SN-004712", {}]]'
  call 404 PUT status '[{"deviceIdentifier":"SN-004711"},{"deviceIdentifier":"nobody"}]'
  call 400 PUT status '[{"batteryLevel":77}]'
  call 400 PUT status '{}'
  kept 2
  echo "one and two statuses, three refusals"
}

case_refusals() {
  server
  token
  ask 401 -X PUT --json '{}' "$BASE/api/v1/devices/SN-004711/status"
  call 404 POST nobody/events/906 '{}'
  is '.status == 404 and (.title | length) > 0'
  grep -qi '^content-type: application/problem+json' head || fail "no problem details"
  call 405 PATCH SN-004711/events/906 '{}'
  grep -qi '^allow: POST, PUT, DELETE' head || fail "no Allow"
  call 400 POST SN-004711/events/906 '{"state":'
  call 400 POST SN-004711/events/906 '{"state":1,"State":2}'
  call 400 POST SN-004711/events/906 '{"description":7.5}'
  if grep -q '7\.5' body; then fail "a value is repeated"; fi
  ask 415 -X POST -H "Authorization: Bearer $TOKEN" -H 'Content-Type: text/plain' -d x \
    "$BASE/api/v1/devices/SN-004711/events/906"
  ask 404 -H "Authorization: Bearer $TOKEN" "$BASE/api/v2/devices"
  [ ! -s calls ] || fail "a call that was refused is kept"
  echo "eight refusals, nothing kept"
}

FALL='{"DeviceIdentifier":"SN-004711","EventType":906,"ExternalEventId":"01J9Z7P4WQ3N"}'
BATTERY='{"DeviceIdentifier":"SN-004712","EventType":951,"IsActive":false}'

case_webhook() {
  webhooks SN-004711:906:01J9Z7P4WQ3N SN-004712:951 SN-004713:923
  hook 200 RequestDeactivateEvent "$FALL"
  last '.done == "closed" and .externalEventId == "01J9Z7P4WQ3N"'
  said webhooks.out '^DELETE /api/v1/devices/SN-004711/events/906$'
  hook 200 EventStateChanged "$BATTERY"
  last '.done == "closed"'
  # In camel case, in another case, with another media type, under the old number, with the next token.
  WEBHOOK_TOKEN=$WEBHOOK_TOKEN_NEXT
  CONTENT_TYPE=text/json
  hook 200 requestdeactivateevent '{"deviceIdentifier":"SN-004713","eventType":"917"}'
  last '.done == "closed"'
  said webhooks.out '^DELETE /api/v1/devices/SN-004713/events/923$'
  # Only commands have a DELETE.
  [ "$(wc -l <webhooks.out)" -eq 2 ] || fail "another DELETE: $(cat webhooks.out)"
  kept 3
  echo "two commands with their DELETE, one message without"
}

case_webhook_refusals() {
  webhooks SN-004711:906:01J9Z7P4WQ3N
  ask 405 "$HOOK"
  grep -qi '^allow: POST' head || fail "no Allow"
  ask 403 --json "$FALL" -H 'X-SensioPartner-EventName: RequestDeactivateEvent' "$HOOK"
  hook 403 RequestDeactivateEvent "$FALL" -H 'X-SensioPartner-ValidationToken: again'
  WEBHOOK_TOKEN=3c1f5f7a-not-a-real-tokem
  hook 403 RequestDeactivateEvent "$FALL"
  # The token is judged before anything else is looked at.
  hook 403 Kari '{'
  WEBHOOK_TOKEN=3c1f5f7a-not-a-real-token
  hook 400 Kari "$FALL"
  hook 400 RequestDeactivateEvent '{'
  hook 400 RequestDeactivateEvent '{"EventType":906}'
  grep -q DeviceIdentifier body || fail "it does not say what is missing"
  hook 400 EventStateChanged "$FALL"
  hook 400 RequestDeactivateEvent "$FALL" -H 'Content-Encoding: gzip'
  head -c 70000 /dev/zero | tr '\0' ' ' >blanks
  hook 413 RequestDeactivateEvent @blanks
  [ ! -s calls ] || fail "a call that was refused is kept"
  # After all of that the next good one is taken.
  hook 200 RequestDeactivateEvent "$FALL"
  kept 1
  echo "eleven refusals; then one is taken"
}

case_webhook_echo() {
  webhooks SN-004711:906:01J9Z7P4WQ3N
  hook 200 EventStateChanged '{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":true}'
  last '.done == "nothing: StillActive"'
  hook 200 RequestDeactivateEvent '{"DeviceIdentifier":"SN-004711","EventType":906,"ExternalEventId":"older"}'
  last '.done == "nothing: NewerEvent"'
  hook 200 RequestDeactivateEvent "$FALL"
  hook 200 RequestDeactivateEvent "$FALL"
  last '.done == "nothing: ClosedAlready"'
  hook 200 EventStateChanged '{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":false}'
  last '.done == "nothing: ClosedAlready"'
  hook 200 RequestDeactivateEvent '{"DeviceIdentifier":"nobody","EventType":906}'
  last '.done == "nothing: Unknown"'
  [ "$(wc -l <webhooks.out)" -eq 1 ] || fail "an echo is answered: $(cat webhooks.out)"
  kept 6
  echo "six calls, one DELETE"
}
