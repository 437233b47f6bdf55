"""TLS settings for the connection to the broker on MicroPython: files in PEM or DER, as mbedTLS wants them.

Level 4. Belongs here: reading certificates and keys, the context. Not here: the handshake, which MQTT's first bytes drive
(`mqtt`). RFC 7468 (PEM). mbedTLS here reads DER only, and of a client's certificate chain the first one only.
"""

import binascii

from ezvpn.report.topics import Broker
from ezvpn.runtime.calls import Part

_DER_SEQUENCE = 0x30


class TlsRefused(Exception):
    """A file is missing or of no use; the text says which and why."""


def context(broker: Broker) -> Part:
    """An SSLContext that verifies the broker's certificate and name. Raises TlsRefused."""
    if not broker.ca:
        raise TlsRefused("no `ca FILE` is configured, and this device knows no authorities of its own")
    # The built-in module: `ssl` is only a frozen layer above it, which not every build has.
    import tls  # type: ignore[import-not-found]

    made: Part = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    made.verify_mode = tls.CERT_REQUIRED
    for certificate in ders(_read(broker.ca), "CERTIFICATE", broker.ca):
        try:
            made.load_verify_locations(certificate)
        except (OSError, ValueError):
            raise TlsRefused(broker.ca + ": not a usable certificate")
    if broker.certificate:
        key_file = broker.key or broker.certificate
        certificate = ders(_read(broker.certificate), "CERTIFICATE", broker.certificate)[0]
        key = ders(_read(key_file), "PRIVATE KEY", key_file)[0]
        try:
            made.load_cert_chain(certificate, key)
        except (OSError, ValueError):
            raise TlsRefused(broker.certificate + " or " + key_file + ": not a usable certificate or key")
    return made


def ders(data: bytes, label: str, path: str) -> "list[bytes]":
    """The DER contents of a file: itself, or its PEM blocks whose label ends with `label` (`EC PRIVATE KEY` is one of
    `PRIVATE KEY`). Never an empty list. Raises TlsRefused."""
    if data and data[0] == _DER_SEQUENCE:
        return [data]
    found = []
    inside = False
    encrypted = False
    body: "list[bytes]" = []
    for line in data.split(b"\n"):
        line = line.strip()
        if line.startswith(b"-----BEGIN ") and line.endswith(label.encode() + b"-----"):
            inside, body = True, []
            encrypted = encrypted or b"ENCRYPTED" in line
        elif line.startswith(b"-----END ") and inside:
            inside = False
            if encrypted:
                raise TlsRefused(path + ": the key is encrypted; store it without a passphrase")
            try:
                found.append(binascii.a2b_base64(b"".join(body)))
            except ValueError:
                raise TlsRefused(path + ": its base64 is damaged")
        elif inside:
            # RFC 1421 headers of the old encrypted form.
            encrypted = encrypted or line[:9] in (b"Proc-Type", b"DEK-Info:")
            body.append(line)
    if not found:
        raise TlsRefused(path + ": holds no " + label.lower())
    return found


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise TlsRefused(path + ": cannot be read, error " + str(error.errno))
