"""The ports of a node in a replay: they give the recorded answers back, and notice when the core asks for something else.

Level 4, dual. The crypto is inert: what was never recorded (outputs of the prf, shared secrets, keys) is a filler of the right
length, verdicts and plaintexts are the recorded ones. `KeyedCrypto` is the opposite: a real backend that a file of keys feeds,
held against what was recorded.
"""

from ezvpn.crypto import dh, esp_suite
from ezvpn.crypto.port import Crypto, EspTransformState, Sharing, Unsupported
from ezvpn.dataplane.port import Kernel, KernelError
from ezvpn.flight.recording import Log, RecordingCrypto
from ezvpn.flight.tape import WORDS, Cell, Tag
from ezvpn.flight.values import Value


class Diverged(Exception):
    """This version of the program does something else than the one that recorded. offset: in the trace."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(why)
        self.offset = offset
        self.why = why


class Player:
    """The records of one run, in order. secret_bytes: None without a file of keys. payload: what the encrypted part of the
    datagram under way begins with."""

    def __init__(self, cells: "list[Cell]", secret_bytes: "list[bytes] | None") -> None:
        self._cells = cells
        self._at = 0
        self._secret_bytes = secret_bytes
        self.drawn = 0
        self.payload = 0

    @property
    def offset(self) -> int:
        """Where in the trace the next record is."""
        return self._cells[min(self._at, len(self._cells) - 1)].offset if self._cells else 0

    def peek(self) -> int:
        """The tag of the next record, 0 at the end."""
        return self._cells[self._at].tag if self._at < len(self._cells) else 0

    def next(self) -> Value:
        """The next record's value, whatever it is."""
        self._at += 1
        return self._cells[self._at - 1].value

    def take(self, tag: int) -> Value:
        """The value of the next record, which must be of this kind. Raises `Diverged`."""
        if self.peek() != tag:
            found = "the trace ends here" if not self.peek() else "the trace has: " + WORDS.get(self.peek(), "?")
            raise Diverged(self.offset, "the core asks for: " + WORDS[tag] + "; " + found)
        return self.next()

    def secret(self, count: int) -> bytes:
        """The bytes that were left out of the trace, from the file of keys, else zeros."""
        if self._secret_bytes is None:
            return bytes(count)
        if self.drawn == len(self._secret_bytes):
            raise Diverged(self.offset, "the file of keys ends before the trace: is it of this run?")
        self.drawn += 1
        return self._secret_bytes[self.drawn - 1]


class PlaybackEntropy:
    def __init__(self, player: Player) -> None:
        self._player = player

    def __call__(self, count: int) -> bytes:
        offset = self._player.offset
        data: bytes = self._player.take(Tag.RANDOM)
        if len(data) != count:
            text = "the core asks for " + str(count) + " random bytes; the trace has " + str(len(data))
            raise Diverged(offset, text)
        return data

    def secret(self, count: int) -> bytes:
        offset = self._player.offset
        if self._player.take(Tag.SECRET_RANDOM) != count:
            raise Diverged(
                offset, "the core asks for " + str(count) + " secret random bytes; the trace has another number"
            )
        return self._player.secret(count)


class InertEsp(EspTransformState):
    """The lengths of a transform without its keys. No packet passes in a replay."""

    def __init__(self, cipher: str, auth: str) -> None:
        self.iv_bytes, self.block_bytes = esp_suite.CIPHERS[cipher]
        self.icv_bytes = esp_suite.ICV_BYTES[auth] if auth else esp_suite.GCM_ICV_BYTES

    def wipe(self) -> None:
        pass


class _PlaybackSharing(Sharing):
    """As many steps as the recorded backend took."""

    def __init__(self, player: Player, group: int) -> None:
        self._player = player
        self._group = group

    def step(self) -> "bytearray | None":
        return self._shared() if self._player.take(Tag.SHARED) else None

    def _shared(self) -> bytearray:
        return bytearray(dh.LENGTH[self._group])


class _KeyedSharing(_PlaybackSharing):
    """The real value, at the recorded step."""

    def __init__(self, player: Player, group: int, sharing: Sharing) -> None:
        super().__init__(player, group)
        self._sharing = sharing

    def _shared(self) -> bytearray:
        while True:
            shared = self._sharing.step()
            if shared is not None:
                return shared


class PlaybackCrypto(Crypto):
    """`lists` as the head of a trace has them; `hash` is that of a real backend."""

    def __init__(self, player: Player, lists: "tuple[Value, ...]", real: Crypto) -> None:
        self._player = player
        self.name, self.hashes, self.ciphers, self.groups, self.esp_ciphers, self.esp_auths = lists
        self.hash = real.hash  # type: ignore[method-assign]
        self._fillers: "dict[str, bytes]" = {}

    def hmac(self, name: str, key: "bytes | bytearray | memoryview", data: "bytes | bytearray | memoryview") -> bytes:
        # No zeros: eight of them are a weak DES key, and the derivation would look for a better one without end.
        if name not in self._fillers:
            self._fillers[name] = self.hash(name, b"replay")
        return self._fillers[name]

    def cbc_encrypt(
        self, cipher: str, key: "bytes | bytearray", iv: bytes, data: "bytes | bytearray | memoryview"
    ) -> bytes:
        return bytes(len(data))

    def cbc_decrypt(
        self, cipher: str, key: "bytes | bytearray", iv: bytes, data: "bytes | bytearray | memoryview"
    ) -> bytes:
        plain: bytes = self._player.take(Tag.DECRYPTED)
        return plain

    def dh_public(self, group: int, exponent: "bytes | bytearray") -> bytes:
        return bytes(dh.LENGTH[group])

    def dh_sharing(self, group: int, exponent: "bytes | bytearray", peer: bytes) -> Sharing:
        return _PlaybackSharing(self._player, group)

    def esp(self, cipher: str, key: "bytes | bytearray", auth: str, auth_key: "bytes | bytearray") -> EspTransformState:
        fault = self._player.take(Tag.ESP)
        if fault is not None:
            raise Unsupported(fault)
        return InertEsp(cipher, auth)

    def equal(self, a: "bytes | bytearray | memoryview", b: "bytes | bytearray | memoryview") -> bool:
        same: bool = self._player.take(Tag.VERDICT)
        return same


class _Held(Log):
    """Where a recorder would write an answer down, the trace must have the same one."""

    def __init__(self, player: Player) -> None:
        self._player = player

    @property
    def payload(self) -> int:  # type: ignore[override]
        return self._player.payload

    def put(self, tag: int, value: Value) -> None:
        offset = self._player.offset
        if self._player.take(tag) != value:
            raise Diverged(offset, WORDS[tag] + ": the keys give another one than the trace has")


class KeyedCrypto(RecordingCrypto):
    """A real backend with the real keys; each answer is held against the recorded one."""

    def __init__(self, player: Player, lists: "tuple[Value, ...]", real: Crypto) -> None:
        super().__init__(real, _Held(player))
        self._player = player
        self.name, self.hashes, self.ciphers, self.groups, self.esp_ciphers, self.esp_auths = lists

    def dh_sharing(self, group: int, exponent: "bytes | bytearray", peer: bytes) -> Sharing:
        return _KeyedSharing(self._player, group, self._crypto.dh_sharing(group, exponent, peer))


class PlaybackKernel(Kernel):
    def __init__(self, player: Player) -> None:
        self._player = player

    def transact(self, request: "bytes | memoryview") -> "list[bytes]":
        answer: "list[bytes]" = self._answer("transact")
        return answer

    def open_tun(self, name: str) -> int:
        index: int = self._answer("open_tun")
        return index

    def close_tun(self) -> None:
        self._answer("close_tun")

    def read_text(self, path: str) -> str:
        text: str = self._answer("read_text")
        return text

    def write_text(self, path: str, text: "str | None") -> None:
        self._answer("write_text")

    def _answer(self, name: str) -> Value:
        offset = self._player.offset
        asked, errno, answer = self._player.take(Tag.KERNEL)
        if asked != name:
            raise Diverged(offset, "the data plane asks the kernel for " + name + "; the trace has " + str(asked))
        if errno:
            raise KernelError(errno, answer)
        return answer
