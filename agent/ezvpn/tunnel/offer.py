"""What to offer: phase 1 transforms in ladders of one DH group each, and ESP transforms.

Belongs here: the default offers, what counts as weak, the cut with what the crypto backend can do. Not here: encoding.
Aggressive mode carries one group an attempt (RFC 2409 5), so an offer is a list of rungs, one for each group.
"""

from ezvpn.crypto.port import Crypto
from ezvpn.ike.params import EspTransform, Phase1Transform

DEFAULT_CIPHERS = (("aes", 256), ("aes", 128), ("3des", 0))
DEFAULT_HASHES = ("sha256", "sha1")
DEFAULT_GROUPS = (14, 5, 2)
DEFAULT_ESP_CIPHERS = (("aes-cbc", 256), ("aes-cbc", 128), ("3des", 0))

WEAK_CIPHERS = ("des",)
WEAK_HASHES = ("md5",)
WEAK_GROUPS = (1,)

_KEY_BYTES = {"des": 8, "3des": 24}


def phase1_offer(
    configured: "tuple[Phase1Transform, ...]", crypto: Crypto, allow_weak: bool
) -> "tuple[tuple[Phase1Transform, ...], ...]":
    """Rungs of one group each, in order of first appearance. `configured`: the policies by priority; () = the default.

    What the backend lacks is left out, and so is what is weak unless `allow_weak`; () when nothing is left.
    """
    wanted = configured if configured else default_phase1()
    rungs: "list[list[Phase1Transform]]" = []
    for transform in wanted:
        if not _phase1_usable(transform, crypto, allow_weak):
            continue
        for rung in rungs:
            if rung[0].group == transform.group:
                if transform not in rung:
                    rung.append(transform)
                break
        else:
            rungs.append([transform])
    return tuple([tuple(rung) for rung in rungs])


def esp_offer(configured: "tuple[EspTransform, ...]", crypto: Crypto, allow_weak: bool) -> "tuple[EspTransform, ...]":
    """ESP transforms in order of preference. `configured`: the named transform-sets; () = the default."""
    wanted = configured if configured else default_esp()
    return tuple([transform for transform in wanted if _esp_usable(transform, crypto, allow_weak)])


def preferred(
    offer: "tuple[tuple[Phase1Transform, ...], ...]", good_group: int
) -> "tuple[tuple[Phase1Transform, ...], ...]":
    """The same rungs with the group that worked last time first (0 = none yet)."""
    first = [rung for rung in offer if rung[0].group == good_group]
    rest = [rung for rung in offer if rung[0].group != good_group]
    return tuple(first + rest)


def default_phase1() -> "tuple[Phase1Transform, ...]":
    """What is offered where no policy is configured."""
    out = []
    for group in DEFAULT_GROUPS:
        for cipher, bits in DEFAULT_CIPHERS:
            for hash_name in DEFAULT_HASHES:
                out.append(Phase1Transform(cipher, bits, hash_name, group))
    return tuple(out)


def default_esp() -> "tuple[EspTransform, ...]":
    """What is offered where no transform-set is named."""
    return tuple([EspTransform(name, bits, auth) for name, bits in DEFAULT_ESP_CIPHERS for auth in DEFAULT_HASHES])


def _phase1_usable(transform: Phase1Transform, crypto: Crypto, allow_weak: bool) -> bool:
    if not allow_weak and (
        transform.cipher in WEAK_CIPHERS or transform.hash in WEAK_HASHES or transform.group in WEAK_GROUPS
    ):
        return False
    key = (transform.cipher, _KEY_BYTES.get(transform.cipher, transform.key_bits // 8))
    return key in crypto.ciphers and transform.hash in crypto.hashes and transform.group in crypto.groups


def _esp_usable(transform: EspTransform, crypto: Crypto, allow_weak: bool) -> bool:
    if not allow_weak and (transform.cipher in WEAK_CIPHERS or transform.auth in WEAK_HASHES):
        return False
    key = (transform.cipher, _KEY_BYTES.get(transform.cipher, transform.key_bits // 8))
    return key in crypto.esp_ciphers and (transform.auth == "" or transform.auth in crypto.esp_auths)
