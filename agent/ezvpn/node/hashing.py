"""Password hashes for the consoles: checked and made a step at a time, between datagrams.

Level 4. Belongs here: which derivation is next, and the plain passwords of a configuration that is about to be kept. Not here:
the hashes themselves (`crypto.ios_hash`), what a right password allows (`console.login`). Loaded with the first console; no
replay of a trace has one, so the salts are drawn past the recorder.
"""

from ezvpn.config.model import Config, clone
from ezvpn.config.secrets import Hashed, Sealed
from ezvpn.crypto import ios_hash
from ezvpn.crypto.port import Crypto
from ezvpn.record import Secret


def kinds(crypto: Crypto) -> "tuple[str, ...]":
    """The types of hashes that this backend can check."""
    found = ["5"] if "md5" in crypto.hashes else []
    return tuple(found + ["8"] + (["9"] if crypto.has_scrypt else []))


class Hashing:
    """One derivation after the other: `timeout` does a step, and `deadline` is at once while there is one."""

    def __init__(self, crypto: Crypto, entropy: object) -> None:
        self._crypto = crypto
        self._draw: object = getattr(entropy, "unrecorded", entropy)
        self._jobs: "list[tuple[ios_hash.Derivation, object]]" = []

    def check(self, stored: Hashed, typed: Secret, done: object) -> None:
        """`done(whether it is the one, now)`. Raises Unsupported."""
        job = ios_hash.against(self._crypto, stored.kind, stored, typed)
        self._jobs.append((job, lambda found, now: done(stored.same(Secret(found)), now)))  # type: ignore[operator]

    def make(self, plain: Secret, done: object) -> None:
        """`done(Hashed, now)`, of type 8 with a new salt."""
        salt = ios_hash.salt_of(self._draw(ios_hash.SALT_BYTES))  # type: ignore[operator]
        job = ios_hash.Derivation(self._crypto, "8", salt, plain)
        self._jobs.append((job, lambda found, now: done(Hashed("8", found), now)))  # type: ignore[operator]

    def timeout(self, now: int) -> None:
        if not self._jobs:
            return
        job, done = self._jobs[0]
        found = job.step()
        if found:
            self._jobs.pop(0)
            done(found, now)  # type: ignore[operator]

    def deadline(self) -> "int | None":
        """At once: a time that has passed."""
        return 0 if self._jobs else None


def plain_passwords(config: Config) -> "list[Secret]":
    """What `enable secret` and `username … secret` still have in plain text; type 6 can be read and stays as it is."""
    found = [config.enable_secret] + [user.secret for user in config.users if user.strong]
    return [secret for secret in found if secret is not None and not isinstance(secret, (Hashed, Sealed))]


def hashed(config: Config, plain: Secret, text: Hashed) -> Config:
    """The configuration with a plain password replaced by its hash."""
    made = clone(config)
    if made.enable_secret is plain:
        made.enable_secret = text
    for user in made.users:
        if user.secret is plain:
            user.secret = text
    return made
