"""Certificates and keys in PEM and DER, as mbedTLS wants them."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from doubles import micropython

from ezvpn.runtime.micropython.tls import TlsRefused, ders
from ezvpn_hil.lab.certificates import make_all


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("certificates")
    make_all(made, ("localhost",), ("127.0.0.1",))
    return made


def test_pem_becomes_der_and_der_stays(folder):
    der = (folder / "ca.der").read_bytes()
    assert ders(der, "CERTIFICATE", "x") == [der]
    assert ders((folder / "ca.pem").read_bytes(), "CERTIFICATE", "x") == [der]


def test_a_bundle_gives_every_certificate_and_text_around_them_is_skipped(folder):
    both = b"# authorities\r\n" + (folder / "ca.pem").read_bytes() + b"\n" + (folder / "wrong-ca.pem").read_bytes()
    found = ders(both.replace(b"\n", b"\r\n"), "CERTIFICATE", "x")
    assert found == [(folder / "ca.der").read_bytes(), (folder / "wrong-ca.der").read_bytes()]


def test_a_key_is_found_behind_its_parameters(folder):
    pem = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    pem += (folder / "client-key.pem").read_bytes()
    assert ders(pem, "PRIVATE KEY", "x") == [(folder / "client-key.der").read_bytes()]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "x: holds no certificate"),
        (b"hello", "x: holds no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "x: holds no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n", "x: its base64 is damaged"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "x: holds no certificate"),
    ],
)
def test_a_file_of_no_use_is_named(data, reason):
    with pytest.raises(TlsRefused) as refused:
        ders(data, "CERTIFICATE", "x")
    assert str(refused.value) == reason


@pytest.mark.parametrize("form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
def test_an_encrypted_key_says_what_to_do(folder, form):
    key = serialization.load_pem_private_key((folder / "client-key.pem").read_bytes(), None)
    locked = key.private_bytes(serialization.Encoding.PEM, form, serialization.BestAvailableEncryption(b"secret"))
    with pytest.raises(TlsRefused, match="the key is encrypted; store it without a passphrase"):
        ders(locked, "PRIVATE KEY", "x")


def test_the_context_verifies_and_names_the_file_that_is_of_no_use(folder):
    said = micropython.run(
        f"""
import tls
from ezvpn.report.topics import Broker
from ezvpn.runtime.micropython.tls import TlsRefused, context
folder = {str(folder)!r} + "/"
broker = Broker("localhost", 8883, "edge1", "t")
broker.tls = True
for ca, certificate, key in (
    ("ca.pem", "", ""), ("ca.der", "client.der", "client-key.der"), ("ca.pem", "client.pem", "client-key.pem"),
    ("missing", "", ""), ("client-key.der", "", ""), ("ca.pem", "client.pem", "missing"),
):
    broker.ca = folder + ca
    broker.certificate = certificate and folder + certificate
    broker.key = key and folder + key
    try:
        print(context(broker).verify_mode == tls.CERT_REQUIRED)
    except TlsRefused as refused:
        print(str(refused).replace(folder, ""))
"""
    )
    assert said.splitlines() == [
        "True",
        "True",
        "True",
        "missing: cannot be read, error 2",
        "client-key.der: not a usable certificate",
        "missing: cannot be read, error 2",
    ]
