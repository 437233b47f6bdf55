"""The words of `crypto ipsec transform-set` and of a policy's `encryption` and `hash`, in the terms of `ike.params`.

Level 3, pure.
"""

from ezvpn.config.draft import Rejected
from ezvpn.ike.params import EspTransform

_ESP_CIPHERS = {
    "esp-aes": ("aes-cbc", 128),
    "esp-gcm": ("aes-gcm", 128),
    "esp-3des": ("3des", 0),
    "esp-des": ("des", 0),
    "esp-null": ("null", 0),
}

_ESP_AUTHS = {
    "esp-md5-hmac": "md5",
    "esp-sha-hmac": "sha1",
    "esp-sha256-hmac": "sha256",
    "esp-sha384-hmac": "sha384",
    "esp-sha512-hmac": "sha512",
}

# IOS's word -> the model's
HASHES = {"md5": "md5", "sha": "sha1", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512"}


def esp_transform(words: "list[str]") -> EspTransform:
    """One ESP transform from the words behind the name of a transform set. Raises Rejected for what cannot be one."""
    cipher = ""
    key_bits = 0
    auth = ""
    for word in words:
        if word in _ESP_CIPHERS:
            if cipher:
                raise Rejected("two encryptions in one transform set", "words")
            cipher, key_bits = _ESP_CIPHERS[word]
        elif word in _ESP_AUTHS:
            if auth:
                raise Rejected("two authentications in one transform set", "words")
            auth = _ESP_AUTHS[word]
        else:
            key_bits = int(word)
    if not cipher:
        raise Rejected("a transform set needs an encryption, such as esp-aes", "words")
    # RFC 4106 8.1: AES-GCM brings its own integrity check; "the authentication ... transform MUST NOT be included".
    if cipher == "aes-gcm" and auth:
        raise Rejected("esp-gcm brings its own authentication; leave " + words[-1] + " out", "words")
    # RFC 4303 3.2: encryption without integrity is open to active attacks.
    if cipher != "aes-gcm" and not auth:
        raise Rejected("a transform set needs an authentication, such as esp-sha-hmac", "words")
    return EspTransform(cipher, key_bits, auth)


def hash_word(name: str) -> str:
    """IOS's word for a hash of the model."""
    return "sha" if name == "sha1" else name
