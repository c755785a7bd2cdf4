"""Verifies with jwcrypto what lies in the folder, and signs there with keys of its own, whose certificates go along."""

import datetime
import json
import pathlib
import sys
from base64 import b64encode

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from jwcrypto import jwk, jws

folder = pathlib.Path(sys.argv[1])
payload = (folder / "payload").read_bytes()
signer = jwk.JWK.from_pem((folder / "signer.pem").read_bytes())
for name in ("compact", "flattened", "general"):
    text = (folder / name).read_text()
    token = jws.JWS()
    token.allowed_algs = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
    token.deserialize(text, signer)
    assert token.payload == payload, name
    altered = jws.JWS()
    try:
        altered.deserialize(text.replace("ey", "ez", 1) if name == "compact" else text.replace('"payload":"', '"payload":"AAAA', 1), signer)
    except Exception:
        continue
    sys.exit(f"{name}: jwcrypto takes another text too")


def certificate(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "jwcrypto")])
    start = datetime.datetime(2026, 1, 1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=730))
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest).public_bytes(Encoding.DER)


theirs = folder / "theirs"
theirs.mkdir(exist_ok=True)
keys = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "PS384": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
for algorithm, key in keys.items():
    own = jwk.JWK.from_pyca(key)
    header = json.dumps({"alg": algorithm, "iat": 1795316400, "x5c": [b64encode(certificate(key)).decode()]})
    for name in ("compact", "flattened", "general"):
        token = jws.JWS(payload)
        token.add_signature(own, None, header)
        text = token.serialize(compact=name == "compact")
        if name == "general":
            flat = json.loads(text)
            text = json.dumps({"payload": flat.pop("payload"), "signatures": [flat]})
        (theirs / f"{algorithm}-{name}").write_text(text)
