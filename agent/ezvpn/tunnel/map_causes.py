"""Why a site-to-site tunnel is not up, in one English sentence that says what to do next.

Belongs here: what differs from Easy VPN (`causes`), whose words and rules are kept.
"""

from ezvpn.tunnel.causes import explain

_AUTHENTICATION_FAILED = 24
_INVALID_ID_INFORMATION = 18

# cause, step ("" = any) -> sentence
SENTENCES = {
    ("no-proposal", "phase1"): "peer {peer} accepts none of the offered phase 1 proposals: "
    "add a `crypto isakmp policy` that matches it",
    ("no-proposal", "quick"): "peer {peer} accepts none of the offered ESP proposals: "
    "compare `set transform-set`, `set pfs` and the access list with its own",
    ("authentication", ""): "peer {peer} and this device have different pre-shared keys: check `crypto isakmp key`",
    ("no-key", ""): "there is no pre-shared key for peer {peer}: add `crypto isakmp key KEY address {peer}`",
    ("refused", "quick"): "peer {peer} refused quick mode: its access list has to be the mirror of ours ({text})",
    ("no-answer", "phase1"): "no answer from peer {peer}: check that it is reachable and that UDP port 500 is open",
}


def explain_map(cause: str, step: str, hint: int, peer: str, text: str) -> "tuple[str, str]":
    """(stable word, sentence). hint: number of the last unauthenticated notify, 0 = none: believed for the words only."""
    if (
        hint in (_AUTHENTICATION_FAILED, _INVALID_ID_INFORMATION)
        and step == "phase1"
        and cause in ("no-answer", "refused")
    ):
        cause = "authentication"
    form = SENTENCES.get((cause, step)) or SENTENCES.get((cause, ""))
    if form is not None:
        return cause, form.format(peer=peer, text=text or cause)
    word, sentence = explain(cause, step, hint, peer, "", "", text)
    return word, sentence.replace("gateway ", "peer ")
