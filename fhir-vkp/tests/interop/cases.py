"""The cases that `run` runs: cases.py FOLDER [NAME...]. Each prints one line that says what was seen.

FOLDER is the scratch folder, with `samples` in it; programs and packages come from the environment (see `run`).
"""

import json
import os
import socket
import subprocess
import sys
import threading
import traceback
import urllib.error
import urllib.request
from pathlib import Path

from jwcrypto import jwk, jws

import definitions
import published
from double import Double

HERE = Path(__file__).parent
KEYS = HERE.parent / "keys"
WORK = Path(sys.argv[1])
CLIENT = os.environ["HELSEID_CLIENT"]

JUDGES = {
    "fhir.resources": [sys.executable, HERE / "structure.py"],
    "medplum": ["node", HERE / "structure.js", "medplum"],
    "fhir": ["node", HERE / "structure.js", "fhir"],
}
# What each judge refuses of what `spoil.py` writes. A judge that accepts everything judges nothing.
REFUSED = {
    "fhir.resources": {"empty-text", "no-status", "no-zone", "null-code", "single-identifier", "unknown-member"},
    "medplum": {"no-status", "no-zone", "null-code", "single-identifier", "unknown-member"},
    "fhir": {"no-status", "null-code", "single-identifier", "unknown-member", "wrong-severity"},
}


def judged(judge, folder):
    """Accepted and refused files of a folder."""
    files = sorted(folder.glob("*.json"))
    run = subprocess.run([*JUDGES[judge], *files], capture_output=True, text=True, timeout=180)
    lines = run.stdout.splitlines()
    assert len(lines) == len(files) > 0, f"{judge}: {run.stdout}{run.stderr}"
    refused = {line.split()[1].removesuffix(".json:"): line for line in lines if line.startswith("no ")}
    assert (run.returncode == 0) == (not refused), f"{judge}: {run.stdout}"
    return len(files) - len(refused), refused


def case_structure():
    """Every sample is R4 for three libraries, and they refuse what is not."""
    spoilt = WORK / "spoilt"
    subprocess.run([sys.executable, HERE / "spoil.py", "base", WORK / "samples", spoilt], check=True)
    told = []
    for judge in JUDGES:
        accepted, refused = judged(judge, WORK / "samples")
        assert not refused, "\n".join(refused.values())
        _, refused = judged(judge, spoilt)
        assert set(refused) == REFUSED[judge], f"{judge} refuses {sorted(refused)}"
        told.append(f"{judge} takes {accepted} samples and refuses {len(refused)} of 7 faults")
    return "; ".join(told)


def client(double, key, *arguments, service="jft", sample="fall-alarm"):
    """Posts a sample with the client; its status and what it printed."""
    command = [CLIENT, "--issuer", double.sts, "--client", double.judge.client_id, "--key", KEYS / key]
    command += ["--service", service, "--write", double.api, *arguments]
    body = (WORK / "samples" / f"{sample}.json").read_bytes()
    run = subprocess.run(command, input=body, capture_output=True, timeout=60)
    if run.returncode == 0:
        assert json.loads(body) == double.documents[-1], "another document arrived"
    return run.returncode, (run.stdout + run.stderr).decode()


def double_for(key, **settings):
    """A double at which the key of this file is registered."""
    text = (KEYS / key).read_text(encoding="utf-8")
    if not text.startswith("{"):
        text = jwk.JWK.from_pem(text.encode()).export_private()
        text = json.dumps({n: v for n, v in json.loads(text).items() if n != "kid"})
    return Double("client-1", text, **settings)


def journaled(key, *arguments, **settings):
    """A document that is written, followed and journaled."""
    double = double_for(key, **settings)
    status, said = client(double, key, *arguments)
    double.close()
    assert status == 0 and "Journaled" in said, said
    paths = [path for _, _, path, _, _ in double.seen]
    assert paths[1:3] == ["/connect/token", "/v1/Bundle"], paths
    # The assertion, a proof of each request but the discovery, and those that were sent back for a nonce.
    assert double.refusals == ["nonce", "nonce"], double.refusals
    assert double.asked == 1 + len(paths) - 1 + 2, f"{double.asked} questions to the judge"
    header = jws.JWS()
    header.deserialize(double.seen[2][3]["dpop"])
    return json.loads(header.objects["protected"])["alg"]


def case_ps256():
    """Assertion and proof with RSA."""
    key = "rsa-2048.jwk.json"
    proof = journaled(key, "--algorithm", "PS256", "--dpop-key", KEYS / key)
    assert proof == "PS256", proof
    return "202, two questions, journaled; assertion and proof PS256"


def case_es256():
    """Assertion with P-256, proof with a key that the client made."""
    assert journaled("p256.jwk.json") == "ES256"
    return "202, two questions, journaled; assertion and proof ES256"


def case_es384():
    """Assertion and proof with P-384."""
    key = "p384.jwk.json"
    assert journaled(key, "--dpop-key", KEYS / key) == "ES384"
    return "202, two questions, journaled; assertion and proof ES384"


def case_pem():
    """Keys in PEM: PKCS#8, PKCS#1 and SEC1."""
    for key, algorithm in [("rsa-2048.pem", "PS384"), ("rsa-2048.pkcs1.pem", "PS512"), ("p256.sec1.pem", "ES256")]:
        journaled(key, "--algorithm", algorithm)
    return "PS384, PS512 and ES256 from PEM"


def case_organisation():
    """The organisation of a multi-tenant client is in the assertion, and its lack is noticed."""
    key, parent, child = "p256.jwk.json", "310000000", "310000001"
    journaled(key, "--parent", parent, "--child", child, organisation=f"NO:ORGNR:{parent}:{child}")
    journaled(key, "--parent", parent, organisation=f"NO:ORGNR:{parent}")
    refused("assertion_details", key, double_for(key, organisation=f"NO:ORGNR:{parent}"))
    return "parent with and without child, and none is noticed"


def case_vkp():
    """A bearer token, no proof, 200 and done."""
    double = double_for("p256.jwk.json")
    status, said = client(double, "p256.jwk.json", "--organisation", "310000000", service="vkp")
    double.close()
    assert status == 0, said
    assert double.asked == 1, f"{double.asked} questions to the judge"
    assert "dpop" not in double.seen[-1][3] and double.seen[-1][3]["authorization"].startswith("Bearer ")
    return "a bearer token and one POST"


def refused(why, key, double, *arguments, service="jft"):
    """The client is refused for this reason, and says so without a document having left."""
    status, said = client(double, key, *arguments, service=service)
    double.close()
    assert status != 0 and "refused" in said, said
    assert double.refusals[-1] == why and not double.documents and not double.tokens, double.refusals


def case_wrong_key():
    """A key that is not registered, and one under the name of another."""
    refused("signature", "p384.jwk.json", double_for("p256.jwk.json"))
    refused("signature", "rsa-2048.jwk.json", double_for("p256.jwk.json"), "--algorithm", "PS256")
    return "two keys that are not registered"


def case_clock():
    """An assertion whose time is over, and one from the future."""
    key, bearer = "p256.jwk.json", ("--organisation", "310000000")
    for clock, why in ((600, "exp"), (-600, "nbf")):
        refused("iat", key, double_for(key, clock=clock))
        refused(why, key, double_for(key, clock=clock), *bearer, service="vkp")
    return "ten minutes off, either way, in proof and assertion"


def case_clock_ahead():
    """A clock that is a little ahead or behind does no harm, but to an assertion of the longest life."""
    key, bearer = "p256.jwk.json", ("--organisation", "310000000")
    for clock in (-3, 20):
        journaled(key, clock=clock)
    refused("exp", key, double_for(key, clock=-3), *bearer, "--life", "60", service="vkp")
    return "three seconds ahead and twenty behind are taken; with a life of 60 seconds, three ahead are not"


def send(method, base, path, headers, body):
    """Sends a request as it is; status and why it was refused."""
    body = None if method == "GET" else body
    request = urllib.request.Request(base + path, data=body, headers=headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status, None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["error_description"]


def own_proof(double, token, method, url):
    """A good proof of jwcrypto's own, by a key that no token is bound to."""
    import hashlib
    import time
    from base64 import urlsafe_b64encode

    key = jwk.JWK.generate(kty="EC", crv="P-256")
    ath = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    claims = {"jti": "own", "htm": method, "htu": url, "iat": int(time.time()), "ath": ath}
    claims["nonce"] = double.nonces[double.api]
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": json.loads(key.export_public())}
    proof = jws.JWS(json.dumps(claims))
    proof.add_signature(key, protected=json.dumps(header))
    return proof.serialize(compact=True)


def case_replay():
    """What the client sent, sent again by somebody else, unchanged or bent: all of it is refused."""
    double = double_for("p256.jwk.json")
    status, said = client(double, "p256.jwk.json")
    assert status == 0, said
    token_call, write = double.seen[1], double.seen[2]
    method, base, path, headers, body = write
    token = headers["authorization"].split()[1]
    head, payload, signature = headers["dpop"].split(".")
    other_end = "A" if signature[-2] != "A" else "B"
    forged = f"{head}.{payload}.{signature[:-2]}{other_end}{signature[-1]}"
    without = {name: value for name, value in headers.items() if name != "dpop"}
    stolen = own_proof(double, token, method, base + path)
    tried = [
        (token_call, "jti"),
        (write, "jti"),
        ((method, base, "/v1/Composition", headers, body), "htu"),
        (("GET", base, path, headers, body), "htm"),
        ((method, base, path, without, body), "proofs"),
        ((method, base, path, headers | {"dpop": forged}, body), "signature"),
        ((method, base, path, headers | {"dpop": stolen}, body), "jkt"),
        ((method, base, path, without | {"authorization": f"Bearer {token}"}, body), "scheme"),
        ((method, base, path, headers | {"authorization": "DPoP x"}, body), "token"),
    ]
    arrived = len(double.documents)
    for attempt, why in tried:
        answer = send(*attempt)
        assert answer[0] in (400, 401) and answer[1] == why, f"{answer} instead of {why}"
    assert len(double.documents) == arrived
    # The double with a later clock: the same proof is too old before it is known.
    double.judge.clock = 120
    assert send(*write) == (401, "iat"), "an old proof passes"
    double.close()
    return f"{len(tried) + 1} attempts refused, each for its own reason"


def case_stale_answer():
    """What the judge says late, of a request that was given up, is no answer to another one."""
    servers = subprocess.Popen([os.environ["HELSEID_DOUBLE"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    base = json.loads(servers.stdout.readline())["sts"]["base"]
    answers = []

    def asked():
        return json.loads(servers.stdout.readline())

    def answer(**said):
        print(json.dumps(said), file=servers.stdin, flush=True)

    def second():
        answers.append(send("POST", base, "/connect/token", {}, b"grant_type=second"))

    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as first:
        first.sendall(b"POST /connect/token HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\ngrant_type=first")
        given_up = asked()
    for late in ({"number": given_up["number"]}, {}):
        thread = threading.Thread(target=second)
        thread.start()
        question = asked()
        assert question["form"] == "grant_type=second" and question["number"] != given_up["number"], question
        answer(**late)
        if late:
            answer(number=question["number"], refused="second")
        answer(number=asked()["number"])
        thread.join(timeout=20)
    servers.stdin.close()
    assert servers.wait(timeout=20) == 0
    servers.stdout.close()
    assert answers == [(401, "second"), (401, "judge")], answers
    return "an answer to an earlier question and one without a number accept nothing"


def write_all(folder, documents):
    for name, document in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return folder


def definition(kind, name, **members):
    return {"resourceType": kind, "url": f"https://example.net/{name}"} | members


def case_definitions():
    """Of a folder with other JSON the definitions are taken; what is there in two versions is refused by its name."""
    profile = definition("StructureDefinition", "a", type="Observation")
    documents = {
        "package.json": {"name": "example", "resourceType": ["StructureDefinition"]},
        "build/qa.json": {"errs": 0},
        "build/canonicals.json": [{"url": profile["url"]}],
        "build/kommuner.json": "\ufeff[]",
        "build/a-number.json": 1,
        "build/example.json": {"resourceType": "Patient", "url": 1},
        "build/guide.json": definition("ImplementationGuide", "a", version="1"),
        "other/guide.json": definition("ImplementationGuide", "a", version="2"),
        "build/nameless.json": {"resourceType": "ValueSet"},
        "build/a.json": profile,
        "other/equal.json": "\ufeff" + json.dumps(profile, indent=4),
        "other/list.json": definition("ValueSet", "a"),
    }
    folder = write_all(WORK / "made-up", documents)
    taken = definitions.published(folder)
    assert taken == [profile, documents["other/list.json"]], taken
    base, far, near = (definition("StructureDefinition", name, snapshot={}) for name in ("base", "far", "near"))
    near |= {"baseDefinition": f"{base['url']}|1", "differential": {"element": []}}
    assert definitions.needed([*taken, base, far, near], {near["url"]}) == [taken[1], base, near]
    paths = definitions.write([*taken, near], WORK / "written")
    del near["snapshot"]
    written = [json.loads(path.read_text()) for path in paths.values()]
    assert written == [profile, near] and list(paths) == [profile["url"], near["url"]], paths

    said = profiles_say(folder)
    assert "lacks profiles that the samples claim" in said and "vkp-DetectedIssue" in said, said
    write_all(folder, {"other/a.json": profile | {"type": "Patient"}, "other/broken.json": "{"})
    said = profiles_say(folder)
    for named in (profile["url"], "build/a.json", "other/a.json", "other/broken.json"):
        assert named in said, said
    return "two definitions among twelve files; two versions of one are refused"


def profiles_say(folder):
    """What `profiles.py` says of a folder that it cannot use."""
    work = WORK / "profiles"
    work.mkdir(exist_ok=True)
    if not (work / "samples").exists():
        (work / "samples").symlink_to(WORK / "samples")
    command = [sys.executable, HERE / "profiles.py", "no-validator", folder, work]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2 and not run.stdout, f"{run.returncode}: {run.stdout}{run.stderr}"
    return run.stderr


def case_published():
    """Our own reading of a made-up profile refuses what is not of its lists, whatever shape it has."""
    binding = {"strength": "required", "valueSet": "https://example.net/list"}
    bound = ["Observation.status", "Observation.subject.identifier.system", "Observation.value[x]", "Observation.method"]
    elements = [{"id": path, "path": path, "binding": binding} for path in bound]
    elements[-1]["binding"] = binding | {"strength": "extensible"}
    heart_rate = "http://hl7.org/fhir/StructureDefinition/heartrate"
    judge = published.Published(
        [
            definition("StructureDefinition", "p", baseDefinition="http://hl7.org/fhir/Observation")
            | {"differential": {"element": elements}},
            definition("StructureDefinition", "v", baseDefinition=heart_rate, differential={"element": []}),
            definition("ValueSet", "list", compose={"include": [{"system": "urn:s", "concept": [{"code": "a"}]}]}),
        ]
    )

    def refused(profile="p", **members):
        resource = {"resourceType": "Observation"} | members
        return [finding.split(":")[0] for finding in judge.errors(resource, [f"https://example.net/{profile}"])]

    good, bad = {"system": "urn:s", "code": "a"}, {"system": "urn:s", "code": "b"}
    foreign = {"system": "urn:t", "code": "a"}
    value, subject = "Observation.value[x]", "Observation.subject.identifier.system"
    tried = [
        ({"status": "a", "valueCode": "a", "subject": {"identifier": {"system": "a"}}}, []),
        ({"status": None}, ["Observation.status"]),
        ({"subject": None}, []),
        ({"subject": "identifier"}, []),
        ({"subject": {"identifier": [{"system": "b"}, None, "system"]}}, [subject]),
        ({"valueCode": "b"}, [value]),
        ({"valueCodeableConcept": {"coding": [bad, good]}}, []),
        ({"valueCodeableConcept": {"coding": [bad, foreign, None, "a"]}}, [value]),
        ({"valueCodeableConcept": {"coding": None, "text": "a"}}, [value]),
        ({"valueCoding": good}, []),
        ({"valueCoding": foreign | {"code": ["a"]}}, [value]),
        ({"valueQuantity": bad | {"value": 1}}, [value]),
        ({"valueDateTime": "2026", "valueBoolean": True, "valueSet": "x"}, []),
        ({"method": {"text": "a"}}, []),
        ({"method": {"coding": [foreign]}}, []),
        ({"method": {"coding": [bad]}}, ["Observation.method"]),
    ]
    for members, expected in tried:
        assert refused(**members) == expected, f"{members}: {refused(**members)}"
    vital_sign = {"coding": [{"system": published.VITAL_SIGN[0], "code": "vital-signs"}]}
    categories = [([vital_sign], True), ([vital_sign, {"coding": [bad]}], True), ([vital_sign] * 2, False)]
    categories += [([], False), (None, False), (["vital-signs"], False), ([{"coding": [foreign]}], False)]
    for category, is_good in categories:
        assert refused("v", category=category) == ([] if is_good else ["Observation.category"]), category
    return f"{len(tried)} values against bindings, {len(categories)} categories of vital signs"


CASES = {name[5:].replace("_", "-"): case for name, case in globals().copy().items() if name.startswith("case_")}


def main():
    chosen = sys.argv[2:] or list(CASES)
    unknown = [name for name in chosen if name not in CASES]
    if unknown:
        print(f"there is no case {unknown[0]}; there are: {' '.join(CASES)}", file=sys.stderr)
        return 2
    failed = 0
    for name in chosen:
        try:
            print(f"ok {name} ({CASES[name]()})", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED {name}", flush=True)
            traceback.print_exc()
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
