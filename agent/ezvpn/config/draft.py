"""A configuration that is being typed: the model, the mode, and the block that the next line belongs to.

Level 3, pure. What the setters of `commands_*` work on; `config.editor` moves it line by line.
"""

from ezvpn.config import secrets
from ezvpn.config.access import Line
from ezvpn.config.kept_line import Kept
from ezvpn.config.match import Match
from ezvpn.config.model import (
    AccessList,
    Archive,
    Config,
    EzvpnProfile,
    Interface,
    MapEntry,
    Mqtt,
    Policy,
    TransformSet,
)
from ezvpn.crypto import ios_hash
from ezvpn.record import Record, Secret


class Rejected(Exception):
    """A well-formed command that cannot be done. args: (why, name of the argument to blame or "")."""


class Draft:
    """config is changed in place. mode is a mode's name; block is the record that the lines of that mode change. hash_kinds:
    types of password hashes that this device can check."""

    def __init__(self, config: Config, unseal: object = None, hash_kinds: "tuple[str, ...]" = ()) -> None:
        self.config = config
        self.mode = "config"
        self.block: "Record | None" = None
        self.unseal = unseal
        self.hash_kinds = hash_kinds
        self.collecting: "tuple[str, str, list[str]] | None" = None  # a banner's field, its delimiter, the lines so far

    def enter(self, mode: str, block: "Record | None") -> None:
        """Go into a block, or back to the global mode with ("config", None)."""
        self.mode = mode
        self.block = block

    def secret(self, match: Match, name: str) -> Secret:
        """The secret among a line's arguments. Raises Rejected."""
        text = match.text(name)
        if match.text("type"):
            text = match.text("type") + " " + text
        try:
            found = secrets.read(text, self.unseal)
        except secrets.BadSecret as fault:
            raise Rejected(str(fault), name)
        if isinstance(found, secrets.Sealed):
            match.warnings.append(
                "this type 6 text was not encrypted with the key of this device; what needs it stays down until it is typed again"
            )
        return found

    def password(self, match: Match, name: str) -> Secret:
        """The same where a hash of types 5, 8 and 9 may stand for the secret. Raises Rejected."""
        kind, _, rest = match.text(name).partition(" ")
        if kind not in ios_hash.KINDS or not rest:
            return self.secret(match, name)
        if kind not in self.hash_kinds:
            raise Rejected(
                "a hash of type " + kind + " cannot be checked on this device: type the secret in plain", name
            )
        if not ios_hash.well_formed(kind, rest.strip()):
            raise Rejected("this is no hash of type " + kind + ", which looks like " + ios_hash.KINDS[kind], name)
        return secrets.Hashed(kind, rest.strip())

    # The block in its type. Each is called only by the setters of its own mode.

    def profile(self) -> EzvpnProfile:
        assert isinstance(self.block, EzvpnProfile)
        return self.block

    def policy(self) -> Policy:
        assert isinstance(self.block, Policy)
        return self.block

    def transform_set(self) -> TransformSet:
        assert isinstance(self.block, TransformSet)
        return self.block

    def interface(self) -> Interface:
        assert isinstance(self.block, Interface)
        return self.block

    def map_entry(self) -> MapEntry:
        assert isinstance(self.block, MapEntry)
        return self.block

    def access_list(self) -> AccessList:
        assert isinstance(self.block, AccessList)
        return self.block

    def mqtt(self) -> Mqtt:
        assert isinstance(self.block, Mqtt)
        return self.block

    def line_block(self) -> Line:
        assert isinstance(self.block, Line)
        return self.block

    def archive(self) -> Archive:
        assert isinstance(self.block, Archive)
        return self.block

    def kept(self) -> Kept:
        assert isinstance(self.block, Kept)
        return self.block
