"""Which backend this process uses: chosen once, at the start. Nothing else here; callers hold what `best` gave them."""

from ezvpn.compat import IS_MICROPYTHON
from ezvpn.crypto.port import Crypto


def best(entropy: object = None) -> Crypto:
    """The best backend of this interpreter. `entropy(n)` gives n random bytes for IVs; None = the system's."""
    # Imported here: a device has only one of the two, and neither costs memory where it is not used.
    if IS_MICROPYTHON:
        from ezvpn.crypto.backend_micropython import Backend
    else:
        from ezvpn.crypto.backend_cpython import Backend  # type: ignore[assignment]
    return Backend() if entropy is None else Backend(entropy)
