"""The attacks of docs/security.md S1 as data: tokens that must be refused, and valid ones, which prove that the table
can tell them apart.

A row: its name; how to make it with a Forge; why it must be refused. `pinned`: the row is an attack only where RS256 is
the only algorithm; elsewhere it is a valid token. `http`, `ws`: the status, if a limit of HTTP applies first.
`oracle`: why python3-jwt accepts it; empty if it refuses it, too.
"""

import base64
import dataclasses
import hashlib
import hmac
import json
import time

from cryptography.hazmat.primitives import serialization
from jwcrypto import jwe, jwk, jwt
from jwt.algorithms import get_default_algorithms
from support.settings import SECRET

ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1"
AUDIENCE = "client-1"
signers = get_default_algorithms()


def b64(data):
    return base64.urlsafe_b64encode(data.encode() if isinstance(data, str) else data).rstrip(b"=").decode()


class Forge:
    """The provider's keys, the attacker's key, and tokens assembled from arbitrary parts."""

    def __init__(self, trap_url):
        self.trap = trap_url
        self.rsa = jwk.JWK.generate(kty="RSA", size=2048, kid="rsa-1", use="sig")
        self.rsa2 = jwk.JWK.generate(kty="RSA", size=2048, kid="rsa-2", use="sig")
        self.p256 = jwk.JWK.generate(kty="EC", crv="P-256", kid="p256")
        self.p384 = jwk.JWK.generate(kty="EC", crv="P-384", kid="p384")
        self.ed = jwk.JWK.generate(kty="OKP", crv="Ed25519", kid="ed")
        self.ours = (self.rsa, self.rsa2, self.p256, self.p384, self.ed)
        self.evil = jwk.JWK.generate(kty="RSA", size=2048, kid="rsa-1")

    def claims(self, **changes):
        now = int(time.time())
        good = {"sub": "u1", "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 600, "token_use": "id"}
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def access(self, **changes):
        return self.claims(**{"aud": None, "client_id": AUDIENCE, "token_use": "access", **changes})

    def good(self, alg, key):
        """A token as a provider makes it."""
        token = jwt.JWT(header={"alg": alg, "kid": key["kid"]}, claims=self.claims())
        token.make_signed_token(key)
        return token.serialize()

    @staticmethod
    def sign(text, alg, key):
        if isinstance(key, bytes):
            return hmac.new(key, text, {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[alg]).digest()
        return signers[alg].sign(text, key.get_op_key("sign"))

    def token(self, claims=None, alg="RS256", key=None, kid="rsa-1", signed_as=None, **header):
        """`claims`, `header`: a dict, or the raw text. `signed_as`: the algorithm that actually signs."""
        members = {"alg": alg, "typ": "JWT", "kid": kid, **header}
        members = {name: value for name, value in members.items() if value is not None}
        return self.raw(json.dumps(members), claims, alg=signed_as or alg, key=key)

    def raw(self, header, claims=None, alg="RS256", key=None):
        text = claims if isinstance(claims, (str, bytes)) else json.dumps(claims or self.claims())
        signed = b64(header) + "." + b64(text)
        return signed + "." + b64(self.sign(signed.encode(), alg, key or self.rsa))

    def parts(self):
        return self.good("RS256", self.rsa).split(".")

    def public(self, form):
        key = self.rsa
        if form == "jwk":
            return key.export_public().encode()
        public = key.get_op_key("verify")
        encoding = serialization.Encoding.DER if form == "der" else serialization.Encoding.PEM
        kind = (serialization.PublicFormat.PKCS1 if form == "pkcs1"
                else serialization.PublicFormat.SubjectPublicKeyInfo)
        return public.public_bytes(encoding, kind)

    def with_secret(self, secret, **header):
        return self.token(alg="HS256", key=secret, **header)

    def encrypted(self):
        box = jwe.JWE(json.dumps(self.claims()), json.dumps({"alg": "RSA-OAEP", "enc": "A128GCM", "kid": "rsa-1"}))
        public = self.rsa.export_public(as_dict=True)
        public.pop("use")
        box.add_recipient(jwk.JWK(**public))
        return box.serialize(compact=True)


@dataclasses.dataclass
class Row:
    name: str
    make: object
    why: str
    pinned: bool = False
    http: int = 401
    ws: int = 401
    oracle: str = ""


NO_COGNITO = "the oracle knows nothing of Cognito's claims"
DUPLICATES = "the oracle's JSON keeps the last of two; another reader may keep the first"
LENIENT = "the oracle's base64 is lenient"


def alg_rows():
    for alg in ("none", "None", "NONE", "nOnE", ""):
        yield Row(f"alg {alg!r} unsigned", lambda f, alg=alg: f.raw(json.dumps({"alg": alg, "kid": "rsa-1"}))
                  .rpartition(".")[0] + ".", "no signature at all")
        yield Row(f"alg {alg!r} with a good signature", lambda f, alg=alg: f.token(alg=alg, signed_as="RS256"),
                  "the header does not say what was signed with")
    for alg in (None, 7, ["RS256"], {"a": "RS256"}, "rs256", "RS256 ", "RS256\x00", "SHA256", "RS1"):
        yield Row(f"alg {alg!r}", lambda f, alg=alg: f.token(alg=alg, signed_as="RS256"), "no algorithm of ours")
    for form in ("pem", "pkcs1", "der", "jwk"):
        yield Row(f"HS256 with the public key as secret, {form}", lambda f, form=form: f.with_secret(f.public(form)),
                  "a public key is no secret")
        yield Row(f"HS256 the same, no kid, {form}", lambda f, form=form: f.with_secret(f.public(form), kid=None),
                  "a public key is no secret")
        yield Row(f"RS256 in name, HMAC with the public key, {form}", lambda f, form=form: f.token(
            alg="RS256", signed_as="HS256", key=f.public(form)), "the key's type decides, not the signer")
    for alg, key in (("RS384", "rsa"), ("RS512", "rsa"), ("PS256", "rsa"), ("ES256", "p256"), ("ES384", "p384"),
                     ("EdDSA", "ed")):
        yield Row(f"{alg} where RS256 is pinned", lambda f, alg=alg, key=key: f.good(alg, getattr(f, key)),
                  "the operator's list decides", pinned=True)
    yield Row("HS256 with the secret where RS256 is pinned", lambda f: f.with_secret(SECRET.encode()),
              "the operator's list decides", pinned=True)
    yield Row("PS384", lambda f: f.token(alg="PS384"), "not on any list")
    yield Row("HS512 with the secret", lambda f: f.token(alg="HS512", key=SECRET.encode()), "not on any list")
    yield Row("ES256 with a key of RSA", lambda f: f.token(alg="ES256", signed_as="RS256"), "does not fit the key")
    yield Row("RS256 with a key of EC", lambda f: f.token(kid="p256"), "does not fit the key")
    yield Row("ES384 with a key of P-256", lambda f: f.token(alg="ES384", key=f.p256, kid="p256"), "not its curve",
              oracle="the oracle takes a curve with any hash")
    yield Row("RS256 in name, PSS signature", lambda f: f.token(signed_as="PS256"), "another padding")


def key_rows():
    yield Row("another's key", lambda f: f.token(key=f.evil), "not signed by the provider")
    yield Row("the provider's other key", lambda f: f.token(key=f.rsa2), "the kid names the key; no other is tried")
    yield Row("kid of a key that is not the signer", lambda f: f.token(kid="rsa-2"), "the kid names the key")
    yield Row("kid missing", lambda f: f.token(kid=None), "two keys fit: none is guessed")
    for kid in ("", "rsa-3", "RSA-1", "rsa-1\x00", "rsa-1 ", "../../etc/passwd", "/dev/null", "' OR 1=1 --", "*",
                "rsa-%31", "rsa-1,rsa-2", "file:///dev/null", "k" * 2048):
        yield Row(f"kid {kid[:20]!r}", lambda f, kid=kid: f.token(kid=kid), "not in the set, and nothing but a name")
    for kid in (7, ["rsa-1"], {"kid": "rsa-1"}, True):
        yield Row(f"kid {kid!r}", lambda f, kid=kid: f.token(kid=kid), "not a name")
    yield Row("kid of 64 KiB", lambda f: f.token(kid="k" * 65536), "too large for a header", http=431, ws=414)
    yield Row("jwk, the attacker's own", lambda f: f.token(key=f.evil, jwk=f.evil.export_public(as_dict=True)),
              "keys come from the operator alone")
    yield Row("jwk, the attacker's own, without a kid", lambda f: f.token(
        key=f.evil, kid=None, jwk=f.evil.export_public(as_dict=True)), "keys come from the operator alone")
    for name in ("jku", "x5u"):
        yield Row(name, lambda f, name=name: f.token(key=f.evil, kid="evil", **{name: f.trap}), "nothing is fetched")
        yield Row(f"{name} with the provider's kid", lambda f, name=name: f.token(key=f.evil, **{name: f.trap}),
                  "nothing is fetched")
    yield Row("x5c", lambda f: f.token(key=f.evil, x5c=["MIIB"]), "no certificates in tokens")
    yield Row("crit beside jku", lambda f: f.token(jku=f.trap, crit=["jku"]), "an extension that must be understood")
    yield Row("crit, unknown", lambda f: f.token(crit=["exp2"], exp2=1), "an extension that must be understood")
    yield Row("crit, empty", lambda f: f.token(crit=[]), "not allowed empty")
    yield Row("crit b64", lambda f: f.token(crit=["b64"], b64=False), "an extension that must be understood")


def form_rows():
    yield Row("one part", lambda f: f.parts()[0], "not a JWS")
    yield Row("two parts", lambda f: ".".join(f.parts()[:2]), "not a JWS")
    yield Row("two parts and a dot", lambda f: ".".join(f.parts()[:2]) + ".", "no signature")
    yield Row("four parts", lambda f: ".".join(f.parts() + ["AAAA"]), "not a JWS")
    yield Row("four parts, the last empty", lambda f: ".".join(f.parts()) + ".", "not a JWS")
    yield Row("only dots", lambda f: "..", "nothing in it")
    yield Row("encrypted", lambda f: f.encrypted(), "a JWE is not ours, even with our key")
    yield Row("a JWE of three parts", lambda f: f.token(alg="dir", enc="A128GCM", signed_as="RS256"), "not signed")
    yield Row("header not base64url", lambda f: "!!!." + ".".join(f.parts()[1:]), "not base64url")
    yield Row("base64 of the other alphabet", lambda f: f.parts()[0] + "." + f.parts()[1] + "." + "+/" * 171,
              "not base64url")
    yield Row("padding", lambda f: ".".join(f.parts()) + "==", "base64url has none here", oracle=LENIENT)
    yield Row("bytes behind", lambda f: ".".join(f.parts()) + "AAAA", "a longer signature")
    yield Row("a byte cut", lambda f: ".".join(f.parts())[:-2], "a shorter signature")
    yield Row("a space inside", lambda f: ". ".join(f.parts()), "not base64url")
    yield Row("a tab inside", lambda f: "\t.".join(f.parts()), "not base64url")
    yield Row("a newline behind", lambda f: ".".join(f.parts()) + "\n", "not base64url")
    yield Row("signature of another token", lambda f: ".".join(
        f.token(f.claims(sub="admin")).split(".")[:2] + f.parts()[2:]), "signs something else")
    yield Row("claims changed", lambda f: ".".join(
        [f.parts()[0], b64(json.dumps(f.claims(scope="notifyd:admin"))), f.parts()[2]]), "signs something else")
    yield Row("signature of zeros", lambda f: ".".join(f.parts()[:2] + [b64(b"\0" * 256)]), "no signature")
    yield Row("ES256 of zeros (psychic)", lambda f: ".".join(
        f.token(alg="ES256", key=f.p256, kid="p256").split(".")[:2] + [b64(b"\0" * 64)]), "r and s must not be 0")
    yield Row("ES256 in DER", lambda f: der_signed(f), "the halves side by side only")
    yield Row("header a list", lambda f: f.raw('["RS256"]'), "not an object")
    yield Row("header cut", lambda f: f.raw('{"alg":"RS256","kid":"rsa-1"'), "not JSON")
    yield Row("header with a comment", lambda f: f.raw('{"alg":"RS256",/**/"kid":"rsa-1"}'), "not JSON")
    yield Row("header alg twice", lambda f: f.raw('{"alg":"none","kid":"rsa-1","alg":"RS256"}'), "two readings",
              oracle=DUPLICATES)
    yield Row("header kid twice", lambda f: f.raw('{"alg":"RS256","kid":"rsa-2","kid":"rsa-1"}'), "two readings",
              oracle=DUPLICATES)
    yield Row("header alg twice, one escaped", lambda f: f.raw('{"alg":"none","\\u0061lg":"RS256","kid":"rsa-1"}'),
              "two readings", oracle=DUPLICATES)
    yield Row("header nested too deep", lambda f: f.raw(
        '{"alg":"RS256","kid":"rsa-1","a":' + "[" * 100 + "]" * 100 + "}"), "a bound on depth",
        oracle="the oracle has no bound on depth")
    yield Row("9 KiB", lambda f: f.token(f.claims(x="x" * 9000)), "more than 8 KiB", ws=414,
              oracle="the oracle has no bound on size")
    yield Row("1 MiB", lambda f: f.token(f.claims(x="x" * 2**20)), "refused before base64", http=431, ws=414,
              oracle="the oracle has no bound on size")


def der_signed(forge):
    from jwt.utils import raw_to_der_signature
    head, body, tail = forge.token(alg="ES256", key=forge.p256, kid="p256").split(".")
    raw = base64.urlsafe_b64decode(tail + "==")
    return ".".join([head, body, b64(raw_to_der_signature(raw, forge.p256.get_op_key("sign").curve))])


def claim_rows():
    now = int(time.time())

    def with_claims(name, why, oracle="", **changes):
        return Row(name, lambda f: f.token(f.claims(**changes)), why, oracle=oracle)

    yield with_claims("exp past", "expired", exp=now - 120)
    yield with_claims("exp missing", "every token ends", exp=None)
    yield with_claims("exp a string", "not a number", exp=str(now + 600), oracle="the oracle makes a number of it")
    yield with_claims("exp a word", "not a number", exp="never")
    yield with_claims("exp past, a fraction", "expired", exp=now - 120.5)
    yield with_claims("exp 1e300", "no time", exp=1e300, oracle="the oracle has no end of time")
    yield Row("exp 1e999", lambda f: f.token(json.dumps(f.claims()).replace(
        '"exp": ', '"exp": 1e999, "was": ')), "no time")
    yield with_claims("exp 2^64", "no time", exp=2**64, oracle="the oracle has no end of time")
    yield with_claims("exp in milliseconds", "no time before the year 9999", exp=now * 1000,
                      oracle="the oracle has no end of time")
    yield with_claims("exp negative", "no time", exp=-1)
    yield with_claims("exp zero", "expired", exp=0)
    yield with_claims("exp true", "not a number", exp=True)
    yield with_claims("exp a list", "not a number", exp=[now + 600])
    yield with_claims("nbf in the future", "not yet", nbf=now + 600)
    yield with_claims("nbf a string", "not a number", nbf="soon")
    yield with_claims("iss missing", "anybody's token", iss=None)
    for name, iss in (("of another pool", ISSUER[:-1] + "2"), ("longer", ISSUER + "0"), ("shorter", ISSUER[:-1]),
                      ("with a slash", ISSUER + "/"), ("upper case", ISSUER.upper()),
                      ("of another host", "https://evil.example/" + ISSUER), ("with a user", ISSUER + "@evil.example"),
                      ("empty", ""), ("a list", [ISSUER])):
        yield with_claims(f"iss {name}", "not the issuer", iss=iss)
    for name, aud in (("of another client", "client-2"), ("longer", "client-10"), ("a list without us", ["a", "b"]),
                      ("an empty list", []), ("missing", None), ("empty", ""), ("an object", {AUDIENCE: True}),
                      ("a list in a list", [[AUDIENCE]])):
        yield with_claims(f"id token, aud {name}", "not for us", aud=aud)
    yield with_claims("id token with a client_id, no aud", "an id token has aud", aud=None, client_id=AUDIENCE)
    yield with_claims("aud of another, our client_id", "aud decides", aud="client-2", client_id=AUDIENCE)
    for name, client in (("of another client", "client-2"), ("a list", [AUDIENCE]), ("missing", None), ("empty", "")):
        yield Row(f"access token, client_id {name}", lambda f, client=client: f.token(f.access(client_id=client)),
                  "not for us")
    for use in ("refresh", "", "ID", 1, ["id"]):
        yield with_claims(f"token_use {use!r}", "neither id nor access", token_use=use, oracle=NO_COGNITO)
    yield with_claims("sub missing", "nobody", sub=None, oracle="the oracle asks for no user")
    for name, sub in (("empty", ""), ("huge", "u" * 257), ("a fraction", 7.5), ("2^64", 2**64), ("true", True),
                      ("a list", ["u1"]), ("null inside", "u\x00"), ("a newline", "u1\nadmin"), ("a comma", "u1,u2"),
                      ("a control character", "u\x1b[2J"), ("a lone surrogate", "\ud800")):
        yield with_claims(f"sub {name}", "no id", sub=sub, oracle="the oracle takes any sub")
    for name, text in (("sub twice", '"sub":"admin",'), ("exp twice", '"exp":1,'), ("iss twice", '"iss":"x",')):
        yield Row(f"claim {name}", lambda f, text=text: f.token("{" + text + json.dumps(f.claims())[1:]),
                  "two readings", oracle=DUPLICATES)
    yield Row("claims a list", lambda f: f.token("[]"), "not an object")
    yield Row("claims empty", lambda f: f.token(b""), "not an object")
    yield Row("claims not UTF-8", lambda f: f.token(b'{"sub":"\xff"}'), "not JSON")
    yield Row("claims after a BOM", lambda f: f.token(b"\xef\xbb\xbf" + json.dumps(f.claims()).encode()), "not JSON",
              oracle="the oracle passes a BOM by")
    yield Row("claims and more", lambda f: f.token(json.dumps(f.claims()) + "{}"), "not one object")
    yield Row("claims with NaN", lambda f: f.token(json.dumps(f.claims())[:-1] + ',"x":NaN}'), "not JSON",
              oracle="the oracle's JSON has NaN")


ROWS = [*alg_rows(), *key_rows(), *form_rows(), *claim_rows()]

# (name, how to make it, whether it is accepted where only RS256 is)
GOOD = (
    ("RS256 id token", lambda f: f.good("RS256", f.rsa), True),
    ("RS256 by the other key", lambda f: f.good("RS256", f.rsa2), True),
    ("RS256 access token", lambda f: f.token(f.access()), True),
    ("aud a list", lambda f: f.token(f.claims(aud=["x", AUDIENCE])), True),
    ("exp a fraction", lambda f: f.token(f.claims(exp=time.time() + 60.5)), True),
    ("exp past by less than the leeway", lambda f: f.token(f.claims(exp=int(time.time()) - 5)), True),
    ("nbf ahead by less than the leeway", lambda f: f.token(f.claims(nbf=int(time.time()) + 5)), True),
    ("unknown header", lambda f: f.token(x=1), True),
    ("jku, as SAP's and Cloud Foundry's", lambda f: f.token(jku=f.trap), True),
    ("x5u", lambda f: f.token(x5u=f.trap), True),
    ("x5c and x5t", lambda f: f.token(x5c=["MIIB"], x5t="AAAA"), True),
    ("jwk, our own", lambda f: f.token(jwk=f.rsa.export_public(as_dict=True)), True),
    ("iat ahead", lambda f: f.token(f.claims(iat=int(time.time()) + 600)), True),
    ("null claims", lambda f: f.token({**f.claims(), "nbf": None, "jti": None, "scope": None}), True),
    ("sub a number", lambda f: f.token(f.claims(sub=7)), True),
    ("HS256", lambda f: f.with_secret(SECRET.encode(), kid=None), False),
    ("RS384", lambda f: f.good("RS384", f.rsa), False),
    ("RS512", lambda f: f.good("RS512", f.rsa2), False),
    ("PS256", lambda f: f.good("PS256", f.rsa), False),
    ("ES256", lambda f: f.good("ES256", f.p256), False),
    ("ES384", lambda f: f.good("ES384", f.p384), False),
    ("EdDSA", lambda f: f.good("EdDSA", f.ed), False),
    ("ES256 without a kid", lambda f: f.token(alg="ES256", key=f.p256, kid=None), False),
)
