"""Why a tunnel is not up, as a stable word and as one English sentence that says what to do next.

Belongs here: the words and sentences. The words of `ike.events.SessionDown` are kept; the tunnel adds its own. Notify
numbers: RFC 2408 3.14.1.
"""

_NO_PROPOSAL_CHOSEN = 14
_INVALID_ID_INFORMATION = 18
_AUTHENTICATION_FAILED = 24

# (cause, step) -> sentence; step "" = any. {peer} {group} {user} {text} are filled in.
SENTENCES = {
    ("no-answer", "phase1"): "no answer from gateway {peer}: check that it is reachable and that UDP port 500 is open",
    ("no-answer", "xauth"): "gateway {peer} stopped answering during user authentication: check the path to it",
    ("no-answer", "config"): "gateway {peer} stopped answering during Mode Config: check the path to it",
    ("no-answer", "quick"): "gateway {peer} did not answer quick mode: check the path to it and its ESP settings",
    ("no-answer", "up"): "gateway {peer} stopped answering: check the path to it",
    ("no-proposal", "phase1"): "gateway {peer} accepts none of the offered phase 1 proposals: "
    "add a `crypto isakmp policy` that matches it",
    ("no-proposal", "quick"): "gateway {peer} accepts none of the offered ESP proposals: "
    "name a matching `transform-set` or set `pfs group`",
    ("authentication", ""): "gateway {peer} did not prove that it knows the group key: "
    "check the key in `group {group} key`",
    ("unknown-group", ""): "gateway {peer} does not accept group {group}: check the name in `group {group} key`",
    ("xauth-failed", ""): "gateway {peer} rejected user {user}: check the user name and password, "
    "change `username` or type `crypto ipsec client ezvpn xauth`",
    ("xauth-timeout", ""): "user authentication with gateway {peer} was not finished in time: "
    "add `username` or answer `crypto ipsec client ezvpn xauth`",
    ("config-failed", ""): "gateway {peer} gave no usable configuration: check its address pool for group {group}",
    ("refused", ""): "gateway {peer} refused: {text}",
    ("deleted-by-peer", ""): "gateway {peer} closed the tunnel",
    ("peer-dead", ""): "gateway {peer} no longer answers: check the path to it",
    ("lifetime", ""): "the lifetime of the tunnel to gateway {peer} ended",
    ("protocol", ""): "gateway {peer} broke the protocol: {text}",
    ("name-not-resolved", ""): "the name {peer} does not resolve: check its spelling and the DNS server",
    ("data-plane", ""): "the system refused the tunnel device or its routes: {text}",
    ("no-progress", ""): "gateway {peer} made no progress: check its log",
    ("busy", ""): "too many tunnels are being negotiated at once: this one is tried again",
    ("interface-down", ""): "outside interface {text} is down or absent",
    ("configuration", ""): "{text}",
    ("idle", ""): "no traffic for {text}: the tunnel to gateway {peer} is taken down",
    ("closed", ""): "closed: {text}",
}


def explain(cause: str, step: str, hint: int, peer: str, group: str, user: str, text: str) -> "tuple[str, str]":
    """(stable word, sentence). hint: number of the last unauthenticated notify, 0 = none: believed for the words only."""
    if hint in (_AUTHENTICATION_FAILED, _INVALID_ID_INFORMATION) and step == "phase1":
        # Before phase 1 these are how a gateway answers a group it doesn't have: the key was never compared.
        if cause in ("no-answer", "refused", "authentication"):
            cause = "unknown-group"
    elif hint == _NO_PROPOSAL_CHOSEN and step == "phase1" and cause in ("no-answer", "refused"):
        cause = "no-proposal"
    form = SENTENCES.get((cause, step)) or SENTENCES.get((cause, ""))
    if form is None:
        return cause, "gateway " + peer + ": " + (text or cause)
    return cause, form.format(peer=peer, group=group or "(none)", user=user or "(none)", text=text or cause)
