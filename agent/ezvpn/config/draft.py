"""A configuration that is being typed: the model, the mode, and the block that the next line belongs to.

Level 3, pure. What the setters of `commands_*` work on; `config.editor` moves it line by line.
"""

from ezvpn.config import secrets
from ezvpn.config.grammar import Match
from ezvpn.config.model import (
    AccessList,
    Config,
    EzvpnProfile,
    Interface,
    Kept,
    MapEntry,
    Mqtt,
    Policy,
    TransformSet,
)
from ezvpn.record import Record, Secret


class Rejected(Exception):
    """A well-formed command that cannot be done. args: (why, name of the argument to blame or "")."""


class Draft:
    """config is changed in place. mode is a mode's name; block is the record that the lines of that mode change."""

    def __init__(self, config: Config, unseal: object = None) -> None:
        self.config = config
        self.mode = "config"
        self.block: "Record | None" = None
        self.unseal = unseal

    def enter(self, mode: str, block: "Record | None") -> None:
        """Go into a block, or back to the global mode with ("config", None)."""
        self.mode = mode
        self.block = block

    def secret(self, match: Match, name: str) -> Secret:
        """The secret among a line's arguments. Raises Rejected."""
        text = match.text(name)
        if text.startswith("7 "):
            match.warnings.append(
                "type 7 is not decoded here: the text is taken as it stands, with its 7; type it in plain"
            )
        if match.text("type"):
            text = match.text("type") + " " + text
        try:
            return secrets.read(text, self.unseal)
        except secrets.BadSecret as fault:
            raise Rejected(str(fault), name)

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

    def kept(self) -> Kept:
        assert isinstance(self.block, Kept)
        return self.block
