"""Which backend this process uses: chosen once, at the start. Nothing else here; callers hold what `best` gave them."""

from ezvpn.compat import HAS_EDGEC, IS_MICROPYTHON
from ezvpn.crypto.port import Crypto


def best(entropy: object = None) -> Crypto:
    """The best backend of this interpreter. `entropy(n)` gives n random bytes for IVs; None = the system's."""
    # Imported here: a device has only one of them, and none costs memory where it is not used.
    if HAS_EDGEC:
        from ezvpn.crypto.backend_firmware import Backend
    elif IS_MICROPYTHON:
        from ezvpn.crypto.backend_micropython import Backend  # type: ignore[assignment]
    else:
        from ezvpn.crypto.backend_cpython import Backend  # type: ignore[assignment]
    return Backend() if entropy is None else Backend(entropy)
