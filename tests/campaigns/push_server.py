"""A shop's own system that takes pushes: HTTPS with a certificate of its own, and each signature is
checked.

It knows the protocol from its description alone: nothing of ours is imported here.
"""

import base64
import hashlib
import hmac
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.campaigns.provider_server import Answer, Asked, ProviderServer

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"76543210fedcba9876543210").decode()


class PushServer(ProviderServer):
    """It refuses what isn't signed with its secret, and notes the ids that it has seen."""

    def __init__(self, certificate: Path | None = None) -> None:
        super().__init__()
        self.secret = SECRET
        self.ids: list[str] = []
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.prepare = lambda sock: context.wrap_socket(sock, server_side=True)

    @property
    def place(self) -> str:
        return f"localhost:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"https://{self.place}/pushes?shop=1"

    def answer(self, asked: Asked) -> Answer:
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        head = asked.headers
        told = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + asked.body
        right = base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
        if f"v1,{right}" not in head["webhook-signature"].split(" "):
            return 401, {}
        if abs(datetime.now(tz=UTC).timestamp() - int(head["webhook-timestamp"])) > 300:
            return 401, {}
        self.ids.append(head["webhook-id"])
        self.taken.append(asked)
        return 202, {}


def certificate_for(name: str, path: Path) -> Path:
    """A certificate that signs itself, with its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(tz=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path
