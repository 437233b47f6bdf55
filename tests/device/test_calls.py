"""The system calls of the C module, and RSA beside `cryptography`."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .test_mover import run

PORT = 40190
NO_KEY = "no RSA private key, or a digest of another length"
SAID = """\
write 5 5 0o600
chmod 0o640 None None
read 5 b'hello' 0
lock True False 0 True
gone EBADF ENOENT No such file or directory
nothing None
sendmsg 8
recvmsg 8 b'datagram' True [(0, 8)] 0
too much ENOBUFS
ioctl 0 True
no tty 25
silence None
signal 128 12
boottime True True
trim True True True
again True
mount ENOENT EINVAL
exec ENOENT ENOENT
"""


@pytest.mark.parametrize("target", ["x86_64", "sanitized"])
def test_each_does_what_its_manual_page_says(tmp_path: Path, target: str) -> None:
    key = rsa.generate_private_key(65537, 2048)
    encoding, nothing = serialization.Encoding.DER, serialization.NoEncryption()
    private = key.private_bytes(encoding, serialization.PrivateFormat.TraditionalOpenSSL, nothing)
    public = key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "rsa.der").write_bytes(private)
    (tmp_path / "rsa-public.der").write_bytes(public)
    # PKCS #1 1.5 signatures are deterministic (RFC 8017 8.2).
    signature = key.sign(b"message", padding.PKCS1v15(), hashes.SHA256()).hex()
    said = run("device.calls", PORT, tmp_path, target=target)
    rsa_said = ("forged False False", "other hash False", "no public key False", f"no key {NO_KEY} {NO_KEY}")
    assert said == SAID + "\n".join((f"rsa 256 True {signature}", *rsa_said, ""))
