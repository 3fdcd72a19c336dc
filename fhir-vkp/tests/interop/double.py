"""A double of HelseID, JFT and VKP that trusts nobody: every signature is checked with jwcrypto.

Two servers on the own machine, since nonces and proofs belong to one server each. What is refused says why, in one
word, in `error_description`; what was accepted is kept in `seen`, so that it can be sent again.
"""

import hashlib
import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from jwcrypto import jwk, jws

ALGORITHMS = ["ES256", "ES384", "PS256", "PS384", "PS512"]
LEEWAY = 5  # seconds that the start of an assertion may lie ahead
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Refused(Exception):
    """A request that is not accepted: status, OAuth error, why."""

    def __init__(self, status, error, why, nonce=None):
        super().__init__(why)
        self.status, self.error, self.why, self.nonce = status, error, why, nonce


class Double:
    """HelseID at `sts`, JFT and VKP at `api`; one client is registered."""

    def __init__(self, client_id, registered, organisation=None, clock=0):
        self.client_id = client_id
        # Of the key file only the public part, taken out by jwcrypto.
        self.registered = jwk.JWK(**json.loads(jwk.JWK.from_json(registered).export_public()))
        self.organisation = organisation
        self.clock = clock
        self.used = set()  # jti of assertions and proofs
        self.tokens = {}  # token -> thumbprint of its key, None for a bearer token
        self.documents = []
        self.asked = {}  # status path -> times
        self.seen = []
        self.refusals = []
        self.lock = threading.Lock()
        self.servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler(self, part)) for part in (sts, api)]
        self.sts, self.api = (f"http://127.0.0.1:{server.server_port}" for server in self.servers)
        self.nonces = {self.sts: secrets.token_urlsafe(16), self.api: secrets.token_urlsafe(16)}
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def now(self):
        return time.time() + self.clock

    def once(self, kind, jti, error):
        """A jti counts once."""
        if not isinstance(jti, str) or not jti or (kind, jti) in self.used:
            raise Refused(*error, "jti")
        self.used.add((kind, jti))

    def verified(self, token, key, error):
        """Header and claims of a signed token."""
        try:
            signed = jws.JWS()
            signed.allowed_algs = ALGORITHMS
            signed.deserialize(token)
            header = json.loads(signed.objects["protected"])
            signed.verify(key or jwk.JWK(**header["jwk"]))
            return header, json.loads(signed.payload)
        except Exception as why:
            raise Refused(*error, "signature") from why

    def assertion(self, form):
        """Checks private_key_jwt (RFC 7523 3; FHIR reference 10)."""
        error = (401, "invalid_client")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise Refused(*error, "client_assertion_type")
        header, claims = self.verified(form.get("client_assertion", ""), self.registered, error)
        now = self.now()
        expected = {"iss": self.client_id, "sub": self.client_id, "aud": self.sts}
        for name, value in expected.items():
            if claims.get(name) != value:
                raise Refused(*error, name)
        if header.get("typ") not in ("client-authentication+jwt", "JWT"):
            raise Refused(*error, "typ")
        if header.get("kid") != self.registered.get("kid"):
            raise Refused(*error, "kid")
        # By the double's own clock. Who is ahead of it may be so by LEEWAY; the end has none.
        if not max(claims["iat"], claims["nbf"]) - LEEWAY <= now:
            raise Refused(*error, "nbf")
        if not now < claims["exp"] <= now + 60:
            raise Refused(*error, "exp")
        details = claims.get("assertion_details")
        if (details is not None) != (self.organisation is not None):
            raise Refused(*error, "assertion_details")
        if details is not None:
            named = details[0]["practitioner_role"]["organization"]["identifier"]
            wanted = {"system": "urn:oid:1.0.6523", "type": "ENH", "value": self.organisation}
            if len(details) != 1 or details[0]["type"] != "helseid_authorization" or named != wanted:
                raise Refused(*error, "assertion_details")
        self.once("assertion", claims.get("jti"), error)

    def proof(self, request, token=None):
        """Checks a DPoP proof (RFC 9449 4.3); gives the thumbprint of its key."""
        error = (401 if token else 400, "invalid_dpop_proof")
        proofs = request.headers.get_all("DPoP") or []
        if len(proofs) != 1:
            raise Refused(*error, "proofs")
        header, claims = self.verified(proofs[0], None, error)
        key = jwk.JWK(**header["jwk"])
        if header.get("typ") != "dpop+jwt":
            raise Refused(*error, "typ")
        if key.has_private:
            raise Refused(*error, "private key")
        if claims.get("htm") != request.command:
            raise Refused(*error, "htm")
        if claims.get("htu") != request.base + request.path.split("?")[0]:
            raise Refused(*error, "htu")
        if abs(claims["iat"] - self.now()) > 60:
            raise Refused(*error, "iat")
        if claims.get("nonce") != self.nonces[request.base]:
            raise Refused(error[0], "use_dpop_nonce", "nonce", self.nonces[request.base])
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            if claims.get("ath") != urlsafe_b64encode(digest).rstrip(b"=").decode():
                raise Refused(*error, "ath")
        self.once("proof", claims.get("jti"), error)
        return key.thumbprint()

    def authorized(self, request):
        """Checks the token of a call, and its proof if it is bound to a key."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if token not in self.tokens:
            raise Refused(401, "invalid_token", "token")
        bound = self.tokens[token]
        if scheme != ("DPoP" if bound else "Bearer"):
            raise Refused(401, "invalid_token", "scheme")
        if bound and self.proof(request, token) != bound:
            raise Refused(401, "invalid_token", "jkt")
        return bound


def sts(double, request, body):
    """The issuer: discovery and token."""
    if request.command == "GET" and request.path == "/.well-known/openid-configuration":
        return 200, {}, {
            "issuer": double.sts,
            "token_endpoint": double.sts + "/connect/token",
            "dpop_signing_alg_values_supported": ALGORITHMS,
        }
    if request.command != "POST" or request.path != "/connect/token":
        raise Refused(404, "invalid_request", "path")
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    if form.get("grant_type") != "client_credentials":
        raise Refused(400, "unsupported_grant_type", "grant_type")
    # The proof first: a client that is sent back for a nonce has not used its assertion up.
    bound = double.proof(request) if "DPoP" in request.headers else None
    double.assertion(form)
    token = secrets.token_urlsafe(24)
    double.tokens[token] = bound
    kind = "DPoP" if bound else "Bearer"
    return 200, {}, {"access_token": token, "token_type": kind, "expires_in": 300}


def api(double, request, body):
    """JFT with a token that is bound to a key, VKP with a bearer token."""
    bound = double.authorized(request)
    if request.command == "POST":
        kind = request.headers.get("Content-Type", "")
        document = json.loads(body)
        if not kind.startswith("application/json") and not kind.startswith("application/fhir+json"):
            raise Refused(415, "invalid_request", "content-type")
        if bound and request.path == f"/v1/{document['resourceType']}":
            double.documents.append(document)
            address = f"{request.path}/{len(double.documents)}/$status"
            double.asked[address] = 0
            return 202, {"Location": address}, None
        if not bound and request.path.lower().endswith("/bundle"):
            double.documents.append(document)
            return 200, {}, None
    elif bound and request.path in double.asked:
        double.asked[request.path] += 1
        times = ["registered", "read", "journaled"][: double.asked[request.path]]
        status = dict.fromkeys(("registered", "read", "journaled", "failed"))
        return 200, {}, status | {name: "2026-03-14T02:20:00.1234567+00:00" for name in times}
    raise Refused(404, "invalid_request", "path")


def handler(double, part):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.base = f"http://127.0.0.1:{self.server.server_port}"
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                with double.lock:
                    status, headers, answer = part(double, self, body)
                    kept = {n: v for n, v in self.headers.items() if n.lower() in KEPT}
                    double.seen.append((self.command, self.base, self.path, kept, body))
            except Refused as refused:
                double.refusals.append(refused.why)
                status, headers = refused.status, {"WWW-Authenticate": f'DPoP error="{refused.error}"'}
                if refused.nonce:
                    headers["DPoP-Nonce"] = refused.nonce
                answer = {"error": refused.error, "error_description": refused.why}
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    return Handler


KEPT = ("authorization", "dpop", "content-type", "accept")
