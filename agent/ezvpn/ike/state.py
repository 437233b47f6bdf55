"""The tables of the core: states, what each state accepts, and which payloads each message may hold.

Everything that decides whether a message is welcome lives here as data; the code that acts on it is in `session`,
`peer_session` and the exchange files. RFC 2409 5 (messages), RFC 2408 5 (processing), draft-beaulieu-ike-xauth-02 6 and
draft-dukes-ike-mode-cfg-02 3.
"""

from ezvpn.wire.isakmp import Exchange, Part, Payload


class Refused(Exception):
    """The bytes are well formed, the protocol is not: the peer's fault. `cause` is a stable word for counters."""

    def __init__(self, cause: str, text: str) -> None:
        super().__init__(text)
        self.cause = cause
        self.text = text


class State:
    """States of a session, in IOS's words (`show crypto isakmp sa`). Main mode's name what has been settled, whichever side
    we are: nothing, the proposal, the keys, who the peer is."""

    AM1_SENT = "AG_INIT_EXCH"
    AM3_SENT = "AG_AUTH"
    XAUTH = "CONF_XAUTH"
    CONFIG = "CONF_ADDR"
    MM_NO_STATE = "MM_NO_STATE"
    MM_SA_SETUP = "MM_SA_SETUP"
    MM_KEY_EXCH = "MM_KEY_EXCH"
    MM_KEY_AUTH = "MM_KEY_AUTH"
    UP = "QM_IDLE"
    DEAD = "IKE_DEST_SA"


# What is gone has no state any more, in IOS's words.
SHOWN = {State.DEAD: State.MM_NO_STATE}

# state -> the step a human would name when the session ends there (`events.SessionDown.step`).
STEP = {
    State.AM1_SENT: "phase1",
    State.AM3_SENT: "phase1",
    State.XAUTH: "xauth",
    State.CONFIG: "config",
    State.MM_NO_STATE: "phase1",
    State.MM_SA_SETUP: "phase1",
    State.MM_KEY_EXCH: "phase1",
    State.MM_KEY_AUTH: "phase1",
    State.UP: "up",
    State.DEAD: "up",
}

# (state, exchange) pairs that an Easy VPN session processes; anything else is dropped as "state".
# xauth 6: "nothing but informationals may run" until XAUTH is over, so quick mode waits for UP.
ACCEPTS = {
    (State.AM1_SENT, Exchange.AGGRESSIVE),
    (State.AM3_SENT, Exchange.AGGRESSIVE),
    (State.XAUTH, Exchange.AGGRESSIVE),
    (State.CONFIG, Exchange.AGGRESSIVE),
    (State.UP, Exchange.AGGRESSIVE),
    (State.AM1_SENT, Exchange.INFORMATIONAL),
    (State.AM3_SENT, Exchange.INFORMATIONAL),
    (State.XAUTH, Exchange.INFORMATIONAL),
    (State.CONFIG, Exchange.INFORMATIONAL),
    (State.UP, Exchange.INFORMATIONAL),
    (State.AM3_SENT, Exchange.TRANSACTION),
    (State.XAUTH, Exchange.TRANSACTION),
    (State.CONFIG, Exchange.TRANSACTION),
    (State.UP, Exchange.TRANSACTION),
    (State.UP, Exchange.QUICK),
}

# The same of a site-to-site session: no transaction exchange, since its peer gets no XAUTH and no address.
MAIN_ACCEPTS = {
    (State.MM_NO_STATE, Exchange.MAIN),
    (State.MM_SA_SETUP, Exchange.MAIN),
    (State.MM_KEY_EXCH, Exchange.MAIN),
    (State.UP, Exchange.MAIN),
    (State.MM_NO_STATE, Exchange.INFORMATIONAL),
    (State.MM_SA_SETUP, Exchange.INFORMATIONAL),
    (State.MM_KEY_EXCH, Exchange.INFORMATIONAL),
    (State.UP, Exchange.INFORMATIONAL),
    (State.UP, Exchange.QUICK),
}

# (we are the initiator, state) -> (message that is due, whether it comes encrypted, state after it). RFC 2409 5.4.
MAIN_MESSAGES = {
    (True, State.MM_NO_STATE): ("mm2", False, State.MM_SA_SETUP),
    (True, State.MM_SA_SETUP): ("mm4", False, State.MM_KEY_EXCH),
    (True, State.MM_KEY_EXCH): ("mm6", True, State.MM_KEY_AUTH),
    (False, State.MM_NO_STATE): ("mm1", False, State.MM_SA_SETUP),
    (False, State.MM_SA_SETUP): ("mm3", False, State.MM_KEY_EXCH),
    (False, State.MM_KEY_EXCH): ("mm5", True, State.MM_KEY_AUTH),
}

# state -> states it may move to. `Session.move` refuses (our bug) what is not here.
TRANSITIONS = {
    State.AM1_SENT: (State.AM3_SENT, State.DEAD),
    State.AM3_SENT: (State.XAUTH, State.CONFIG, State.DEAD),
    State.XAUTH: (State.CONFIG, State.UP, State.DEAD),
    State.CONFIG: (State.XAUTH, State.UP, State.DEAD),
    State.MM_NO_STATE: (State.MM_SA_SETUP, State.DEAD),
    State.MM_SA_SETUP: (State.MM_KEY_EXCH, State.DEAD),
    State.MM_KEY_EXCH: (State.MM_KEY_AUTH, State.DEAD),
    State.MM_KEY_AUTH: (State.UP, State.DEAD),
    State.UP: (State.XAUTH, State.DEAD),
    State.DEAD: (),
}

# message -> (payload, at least, at most). Unknown types above 127 are skipped (RFC 2408 3.1: private use), others refused.
_VIDS = (Payload.VID, 0, 40)
_NOTIFIES = (Payload.N, 0, 8)
_SA_ALONE = ((Payload.SA, 1, 1), _NOTIFIES, _VIDS)
_KEYS = (
    (Payload.KE, 1, 1),
    (Payload.NONCE, 1, 1),
    (Payload.CR, 0, 8),
    (Payload.NAT_D, 0, 8),
    (Payload.NAT_D_DRAFT, 0, 8),
    _NOTIFIES,
    _VIDS,
)
_PROOF = ((Payload.ID, 1, 1), (Payload.HASH, 1, 1), _NOTIFIES, _VIDS)
RULES = {
    "mm1": _SA_ALONE,
    "mm2": _SA_ALONE,
    "mm3": _KEYS,
    "mm4": _KEYS,
    "mm5": _PROOF,
    "mm6": _PROOF,
    "am2": (
        (Payload.SA, 1, 1),
        (Payload.KE, 1, 1),
        (Payload.NONCE, 1, 1),
        (Payload.ID, 1, 1),
        (Payload.HASH, 1, 1),
        (Payload.CR, 0, 8),
        (Payload.NAT_D, 0, 8),
        (Payload.NAT_D_DRAFT, 0, 8),
        _NOTIFIES,
        _VIDS,
    ),
    "hint": ((Payload.N, 0, 8), (Payload.D, 0, 8), _VIDS),
    "informational": ((Payload.HASH, 1, 1), (Payload.N, 0, 8), (Payload.D, 0, 8), _VIDS),
    "transaction": ((Payload.HASH, 1, 1), (Payload.ATTR, 1, 1), _NOTIFIES, _VIDS),
    "quick": (
        (Payload.HASH, 1, 1),
        (Payload.SA, 1, 1),
        (Payload.NONCE, 1, 1),
        (Payload.KE, 0, 1),
        (Payload.ID, 0, 2),
        (Payload.NAT_OA, 0, 2),
        (Payload.NAT_OA_DRAFT, 0, 2),
        _NOTIFIES,
        _VIDS,
    ),
    "quick3": ((Payload.HASH, 1, 1), _NOTIFIES, _VIDS),
}

# Messages in which the HASH payload must come first, since it covers all that follows it (RFC 2409 5.5, 5.7; cfg 3.1.1).
HASH_FIRST = ("informational", "transaction", "quick", "quick3")


def check(message: str, parts: "list[Part]") -> None:
    """Hold a payload chain against its rule; `Refused("payloads")` if it breaks it."""
    if message in HASH_FIRST and (not parts or parts[0].type != Payload.HASH):
        raise Refused("payloads", message + ": HASH is not the first payload")
    rules = RULES[message]
    kinds = [part.type for part in parts]
    left = len(kinds)
    for rule in rules:
        left -= kinds.count(rule[0])
    if left:
        known = [rule[0] for rule in rules]
        for kind in kinds:
            if kind < 128 and kind not in known:
                raise Refused("payloads", message + ": unexpected payload " + str(kind))
    for payload, least, most in rules:
        count = kinds.count(payload)
        if count < least or count > most:
            raise Refused("payloads", message + ": " + str(count) + " payloads of type " + str(payload))


def find(parts: "list[Part]", payload: int) -> "Part | None":
    """The first payload of a type, or None."""
    for part in parts:
        if part.type == payload:
            return part
    return None


def require(parts: "list[Part]", payload: int) -> Part:
    """The first payload of a type, which `check` has already counted."""
    part = find(parts, payload)
    if part is None:
        raise Refused("payloads", "payload " + str(payload) + " is missing")
    return part
