"""A configuration without its secrets, for whoever lost the password of a device and must not learn anybody's.

Level 3, pure. Lines that cannot be without their secret go with it; the rest stays.
"""

from ezvpn.config.access import Line
from ezvpn.config.kept_line import Kept
from ezvpn.config.model import Config, clone


def without_secrets(config: Config) -> Config:
    """Passwords, keys and users are gone, and so is the log-in that would ask for them."""
    made = clone(config)
    made.enable_secret = None
    made.enable_password = None
    made.users = []
    made.line.login = Line().login
    made.line.password = None
    made.preshared_keys = []
    for profile in made.profiles:
        profile.key = None
        profile.username = ""
        profile.password = None
    if made.mqtt is not None:
        made.mqtt.username = ""
        made.mqtt.password = None
    made.kept = _bare(made.kept)
    made.line.kept = _bare(made.line.kept)
    for interface in made.interfaces:
        interface.kept = _bare(interface.kept)
    for entry in made.crypto_maps:
        entry.kept = _bare(entry.kept)
    if made.archive is not None:
        made.archive.kept = _bare(made.archive.kept)
    return made


def _bare(lines: "list[Kept]") -> "list[Kept]":
    left = [line for line in lines if line.secret is None]
    for line in left:
        line.lines = _bare(line.lines)
    return left
