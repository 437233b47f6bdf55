"""What an ISAKMP SA can be to a tunnel, and which events of the core are heard of one in each role, as one literal table.

Belongs here: roles, events, and the names of the methods that hear them. Not here: what an event means (`easy_vpn`, `login`,
`renewal`), the session that is kept warm (`standby`).
"""

from ezvpn.ike.events import (
    ChildDown,
    ChildFailed,
    ChildUp,
    Configured,
    Event,
    Hint,
    PeerAlive,
    PeerSilent,
    Phase1Up,
    Rekey,
    SessionDown,
    XauthRequest,
    XauthResult,
)


class Role:
    STRANGER = ""  # not this tunnel's, or given up
    ATTEMPT = "attempt"  # phase 1 is not complete
    IN_USE = "in use"
    BESIDE = "beside"  # made to take over
    PREVIOUS = "previous"  # whose place was taken
    CLOSING = "closing"  # the previous one, closed


# Role -> event -> the method. What is missing under the first two is late.
HEARD: "dict[str, dict[type[Event], str]]" = {
    Role.STRANGER: {},
    Role.ATTEMPT: {
        Hint: "_hint",
        Phase1Up: "_phase1_up",
        SessionDown: "_session_down",
    },
    Role.IN_USE: {
        Hint: "_hint",
        PeerAlive: "_peer_alive",
        PeerSilent: "_peer_silent",
        Phase1Up: "_phase1_up",
        XauthRequest: "_xauth_request",
        XauthResult: "_xauth_result",
        Configured: "_configured",
        ChildUp: "_child_up",
        ChildDown: "_child_down",
        ChildFailed: "_child_failed",
        Rekey: "_rekey",
        SessionDown: "_session_down",
    },
    Role.BESIDE: {
        XauthRequest: "_xauth_request",
        XauthResult: "_beside_result",
        Configured: "_beside_configured",
        ChildUp: "_child_up",
        ChildDown: "_child_down",
        ChildFailed: "_child_failed",
        SessionDown: "_beside_down",
    },
    Role.PREVIOUS: {
        ChildUp: "_child_up",
        ChildDown: "_child_down",
        ChildFailed: "_child_failed",
        SessionDown: "_previous_down",
    },
    Role.CLOSING: {
        ChildDown: "_child_down",
    },
}
