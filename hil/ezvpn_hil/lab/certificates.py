"""Certificates for the lab's broker: an authority, a server and a client, and an authority that signed neither.

Belongs here: making them, as PEM and (what MicroPython reads) DER. Not here: who presents them.
"""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Pair = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def _make(name: str, issuer: Pair | None, hosts: tuple[str, ...] = (), addresses: tuple[str, ...] = ()) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[1].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    names: list[x509.GeneralName] = [x509.DNSName(h) for h in hosts]
    names += [x509.IPAddress(ipaddress.ip_address(a)) for a in addresses]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return key, builder.sign(issuer[0] if issuer else key, hashes.SHA256())


def _write(folder: Path, name: str, pair: Pair) -> None:
    key, certificate = pair
    for encoding, ending in ((serialization.Encoding.PEM, "pem"), (serialization.Encoding.DER, "der")):
        (folder / f"{name}.{ending}").write_bytes(certificate.public_bytes(encoding))
        secret = folder / f"{name}-key.{ending}"
        secret.touch(0o600)
        secret.write_bytes(
            key.private_bytes(encoding, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        )


def make_all(folder: Path, hosts: tuple[str, ...], addresses: tuple[str, ...]) -> None:
    """Write ca, server, client and wrong-ca (.pem, .der; keys as NAME-key.*) into folder."""
    folder.mkdir(exist_ok=True)
    authority = _make("ezvpn lab authority", None)
    _write(folder, "ca", authority)
    _write(folder, "server", _make(hosts[0], authority, hosts, addresses))
    _write(folder, "client", _make("ezvpn lab client", authority))
    _write(folder, "wrong-ca", _make("ezvpn lab wrong authority", None))
