"""The ports of a node while it is recorded: the real crypto, entropy and kernel, whose answers go to the recorder as well.

Level 4, dual. What is recorded of each answer, and never more:

| port | recorded | not recorded |
|---|---|---|
| `hash` | nothing: a replay computes it again from public bytes | |
| `hmac` | nothing | keys, outputs of the prf |
| `cbc_encrypt` | nothing | keys, plaintext, ciphertext |
| `cbc_decrypt` | the plaintext without its secrets (`scrub`) | keys, hashes |
| `dh_public` `dh_part` `dh_shared` | nothing | exponents, shared secrets |
| `dh_sharing` | of each step whether it was the last | exponents, shared secrets |
| `equal` | the verdict | both sides |
| `esp` | whether the backend refused | keys |
| entropy | cookies, nonces, message IDs, SPIs, jitter | bytes asked for with `secret` |
| kernel | every answer; of links only what is read | |

A file of keys (`recorder.Keys`) gets the rest where it was asked for.
"""

from ezvpn.crypto.port import Crypto, EspTransformState, Sharing, Unsupported
from ezvpn.dataplane.port import Kernel, KernelError
from ezvpn.flight.scrub import scrubbed
from ezvpn.flight.tape import Tag
from ezvpn.flight.values import Value
from ezvpn.wire.netlink import bare_link


class Log:
    """What the ports need of the recorder. live: within a call of the node; what is asked for at other times belongs to nobody.
    payload: what the encrypted part of the datagram under way begins with."""

    live = False
    payload = 0

    def put(self, tag: int, value: Value) -> None:
        """One record."""
        raise NotImplementedError

    def secret_bytes(self, data: bytes) -> None:
        """Random bytes that must not be recorded were drawn."""
        raise NotImplementedError


class _RecordingSharing(Sharing):
    def __init__(self, sharing: Sharing, log: Log) -> None:
        self._sharing = sharing
        self._log = log

    def step(self) -> "bytearray | None":
        shared = self._sharing.step()
        self._log.put(Tag.SHARED, shared is not None)
        return shared


class RecordingCrypto(Crypto):
    """A backend; what leaves no trace is the backend's own method."""

    def __init__(self, crypto: Crypto, log: Log) -> None:
        self._crypto = crypto
        self._log = log
        self.name = crypto.name
        self.hashes = crypto.hashes
        self.ciphers = crypto.ciphers
        self.groups = crypto.groups
        self.esp_ciphers = crypto.esp_ciphers
        self.esp_auths = crypto.esp_auths
        self.has_scrypt = crypto.has_scrypt
        self.scrypt = crypto.scrypt  # type: ignore[method-assign]
        self.hash = crypto.hash  # type: ignore[method-assign]
        self.hmac = crypto.hmac  # type: ignore[method-assign]
        self.cbc_encrypt = crypto.cbc_encrypt  # type: ignore[method-assign]
        self.dh_public = crypto.dh_public  # type: ignore[method-assign]
        self.dh_part = crypto.dh_part  # type: ignore[method-assign]
        self.dh_shared = crypto.dh_shared  # type: ignore[method-assign]

    def cbc_decrypt(
        self, cipher: str, key: "bytes | bytearray", iv: bytes, data: "bytes | bytearray | memoryview"
    ) -> bytes:
        plain = self._crypto.cbc_decrypt(cipher, key, iv, data)
        self._log.put(Tag.DECRYPTED, scrubbed(plain, self._log.payload))
        return plain

    def dh_sharing(self, group: int, exponent: "bytes | bytearray", peer: bytes) -> Sharing:
        return _RecordingSharing(self._crypto.dh_sharing(group, exponent, peer), self._log)

    def esp(self, cipher: str, key: "bytes | bytearray", auth: str, auth_key: "bytes | bytearray") -> EspTransformState:
        try:
            state = self._crypto.esp(cipher, key, auth, auth_key)
        except Unsupported as fault:
            self._log.put(Tag.ESP, str(fault))
            raise
        self._log.put(Tag.ESP, None)
        return state

    def equal(self, a: "bytes | bytearray | memoryview", b: "bytes | bytearray | memoryview") -> bool:
        same = self._crypto.equal(a, b)
        self._log.put(Tag.VERDICT, same)
        return same


class RecordingEntropy:
    """Random bytes: a call gives those that the wire or a timer will show, `secret` those that nobody may learn, `unrecorded`
    those that no replay asks for."""

    def __init__(self, entropy: Value, log: Log) -> None:
        self.unrecorded = entropy
        self._entropy = entropy
        self._log = log

    def __call__(self, count: int) -> bytes:
        data: bytes = self._entropy(count)
        self._log.put(Tag.RANDOM, data)
        return data

    def secret(self, count: int) -> bytes:
        data: bytes = self._entropy(count)
        self._log.put(Tag.SECRET_RANDOM, count)
        self._log.secret_bytes(data)
        return data


class RecordingKernel(Kernel):
    """The kernel door of the data plane."""

    def __init__(self, kernel: Kernel, log: Log) -> None:
        self._kernel = kernel
        self._log = log

    def transact(self, request: "bytes | memoryview") -> "list[bytes]":
        answer: "list[bytes]" = self._answer("transact", self._kernel.transact, request)
        return answer

    def open_tun(self, name: str) -> int:
        index: int = self._answer("open_tun", self._kernel.open_tun, name)
        return index

    def close_tun(self) -> None:
        self._answer("close_tun", self._kernel.close_tun)

    def read_text(self, path: str) -> str:
        text: str = self._answer("read_text", self._kernel.read_text, path)
        return text

    def write_text(self, path: str, text: "str | None") -> None:
        self._answer("write_text", self._kernel.write_text, path, text)

    def _answer(self, name: str, ask: Value, *args: object) -> Value:
        try:
            answer = ask(*args)
        except KernelError as error:
            self._log.put(Tag.KERNEL, (name, error.errno, error.what))
            raise
        recorded = answer
        if isinstance(answer, list):
            recorded = [bare_link(message) for message in answer]
        self._log.put(Tag.KERNEL, (name, 0, recorded))
        return answer
