"""Keys of a lab's own sessions in the form in which Wireshark reads them (Preferences, ISAKMP, IKEv1 Decryption Table).

Debugging only, and only here: the agent has no command, no option and no event that would bring such a row out. It looks into
an endpoint of the same process.
"""

from __future__ import annotations

from ezvpn.ike.endpoint import Endpoint


def wireshark_row(endpoint: Endpoint) -> str:
    """`initiator cookie,encryption key` in hexadecimal for the newest session with an ISAKMP SA; "" while there is none."""
    for session in reversed(endpoint._sessions):
        if session.protection is not None:
            return f"{session.initiator_cookie.hex()},{bytes(session.protection.keys.cipher_key).hex()}"
    return ""


def tshark_options(row: str) -> list[str]:
    """What makes tshark decrypt with this row."""
    return ["-o", f"uat:ikev1_decryption_table:{row}"]
