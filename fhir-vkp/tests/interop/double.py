"""A double of HelseID, JFT and VKP that trusts nobody: the servers are `helseid_double` on axum, and every assertion
and every proof that comes to them is put before the judge here, which checks it with jwcrypto.

What is refused says why, in one word, in `error_description`; what was accepted is kept in `seen`, so that it can be
sent again.
"""

import hashlib
import json
import os
import subprocess
import threading
import time
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs

from jwcrypto import jwk, jws

ALGORITHMS = ["ES256", "ES384", "PS256", "PS384", "PS512"]
LEEWAY = 5  # seconds that the start of an assertion may lie ahead
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Refused(Exception):
    """What is not accepted, and why in one word."""


class Judge:
    """Knows one client, and each `jti` that was used."""

    def __init__(self, client_id, registered, organisation=None, clock=0):
        self.client_id = client_id
        # Of the key file only the public part, taken out by jwcrypto.
        self.registered = jwk.JWK(**json.loads(jwk.JWK.from_json(registered).export_public()))
        self.organisation = organisation
        self.clock = clock
        self.used = set()

    def now(self):
        return time.time() + self.clock

    def once(self, kind, jti):
        """A jti counts once."""
        if not isinstance(jti, str) or not jti or (kind, jti) in self.used:
            raise Refused("jti")
        self.used.add((kind, jti))

    def verified(self, token, key=None):
        """Header and claims of a signed token."""
        try:
            signed = jws.JWS()
            signed.allowed_algs = ALGORITHMS
            signed.deserialize(token)
            header = json.loads(signed.objects["protected"])
            signed.verify(key or jwk.JWK(**header["jwk"]))
            return header, json.loads(signed.payload)
        except Exception as why:
            raise Refused("signature") from why

    def assertion(self, form, audience):
        """Checks private_key_jwt (RFC 7523 3; FHIR reference 10)."""
        form = {name: values[0] for name, values in parse_qs(form).items()}
        if form.get("grant_type") != "client_credentials":
            raise Refused("grant_type")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise Refused("client_assertion_type")
        header, claims = self.verified(form.get("client_assertion", ""), self.registered)
        now = self.now()
        expected = {"iss": self.client_id, "sub": self.client_id, "aud": audience}
        for name, value in expected.items():
            if claims.get(name) != value:
                raise Refused(name)
        if header.get("typ") not in ("client-authentication+jwt", "JWT"):
            raise Refused("typ")
        if header.get("kid") != self.registered.get("kid"):
            raise Refused("kid")
        # By the judge's own clock. Who is ahead of it may be so by LEEWAY; the end has none.
        if not max(claims["iat"], claims["nbf"]) - LEEWAY <= now:
            raise Refused("nbf")
        if not now < claims["exp"] <= now + 60:
            raise Refused("exp")
        details = claims.get("assertion_details")
        if (details is not None) != (self.organisation is not None):
            raise Refused("assertion_details")
        if details is not None:
            named = details[0]["practitioner_role"]["organization"]["identifier"]
            wanted = {"system": "urn:oid:1.0.6523", "type": "ENH", "value": self.organisation}
            if len(details) != 1 or details[0]["type"] != "helseid_authorization" or named != wanted:
                raise Refused("assertion_details")
        self.once("assertion", claims.get("jti"))
        return {}

    def proof(self, proofs, method, url, nonce, token):
        """Checks a DPoP proof (RFC 9449 4.3); gives the thumbprint of its key."""
        if len(proofs) != 1:
            raise Refused("proofs")
        header, claims = self.verified(proofs[0])
        key = jwk.JWK(**header["jwk"])
        if header.get("typ") != "dpop+jwt":
            raise Refused("typ")
        if key.has_private:
            raise Refused("private key")
        if claims.get("htm") != method:
            raise Refused("htm")
        if claims.get("htu") != url:
            raise Refused("htu")
        if abs(claims["iat"] - self.now()) > 60:
            raise Refused("iat")
        if claims.get("nonce") != nonce:
            raise Refused("nonce")
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            if claims.get("ath") != urlsafe_b64encode(digest).rstrip(b"=").decode():
                raise Refused("ath")
        self.once("proof", claims.get("jti"))
        return {"thumbprint": key.thumbprint()}


class Double:
    """HelseID at `sts`, JFT and VKP at `api`; one client is registered with the judge."""

    def __init__(self, client_id, registered, **settings):
        self.judge = Judge(client_id, registered, **settings)
        self.seen = []  # method, base, path, headers and body of each request that was accepted
        self.tokens = 0
        self.documents = []
        self.refusals = []
        self.asked = 0  # assertions and proofs that were put before the judge
        command = [os.environ["HELSEID_DOUBLE"]]
        self.servers = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        places = json.loads(self.servers.stdout.readline())
        self.sts, self.api = places["sts"]["base"], places["api"]["base"]
        self.nonces = {place["base"]: place["nonce"] for place in places.values()}
        self.thread = threading.Thread(target=self.answer, daemon=True)
        self.thread.start()

    def close(self):
        self.servers.stdin.close()
        self.thread.join(timeout=20)
        assert self.servers.wait(timeout=20) == 0, "the double failed"
        self.servers.stdout.close()

    def answer(self):
        """Answers the questions of the servers."""
        for line in self.servers.stdout:
            question = json.loads(line)
            number = question.pop("number")
            try:
                answer = getattr(self, f"on_{question.pop('ask')}")(**question)
            except Refused as why:
                answer = {"refused": str(why)}
            except Exception as why:  # a judge that fails accepts nothing
                answer = {"refused": f"{type(why).__name__}: {why}"}
            print(json.dumps(answer | {"number": number}), file=self.servers.stdin, flush=True)

    def on_assertion(self, **question):
        self.asked += 1
        return self.judge.assertion(**question)

    def on_proof(self, **question):
        self.asked += 1
        return self.judge.proof(**question)

    def on_seen(self, method, base, path, headers, body, status, refused):
        if refused is not None:
            self.refusals.append(refused)
            return {}
        self.seen.append((method, base, path, headers, body.encode()))
        if method == "POST" and base == self.sts:
            self.tokens += 1
        elif method == "POST":
            self.documents.append(json.loads(body))
        return {}
