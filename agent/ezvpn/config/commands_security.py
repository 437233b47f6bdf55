"""How secrets are stored: `password encryption aes` and the key for it.

Level 3, pure. The key itself is no part of a configuration: `key config-key` is done by the console (`console.exec_key`).
"""

from ezvpn.config.draft import Draft
from ezvpn.config.match import Match

GLOBAL = (
    (
        "key config-key password-encrypt [LINE$word]",
        (
            "Keys",
            "The key that stored secrets are encrypted with",
            "Make a new one",
            "Words that go into it, at least 8 characters; without them they are asked for",
        ),
        "config_key",
    ),
    (
        "password encryption aes ~",
        ("Secrets in stored configurations", "Encrypt them", "With the key of this device (type 6)"),
        "password_encryption",
    ),
)


def config_key(draft: Draft, match: Match) -> None:
    """Nothing of it is in the configuration."""


def password_encryption(draft: Draft, match: Match) -> None:
    draft.config.password_encryption = not match.negate


SETTERS = {"config_key": config_key, "password_encryption": password_encryption}
