"""Default offers, configured offers, what the backend lacks, what is weak."""

from ezvpn.crypto.port import Crypto
from ezvpn.ike.params import EspTransform, Phase1Transform
from ezvpn.tunnel.offer import esp_offer, phase1_offer, preferred


class Backend(Crypto):
    hashes = ("md5", "sha1", "sha256", "sha384", "sha512")
    ciphers = (("des", 8), ("3des", 24), ("aes", 16), ("aes", 24), ("aes", 32))
    groups = (1, 2, 5, 14, 15, 16)
    esp_ciphers = (("des", 8), ("3des", 24), ("aes-cbc", 16), ("aes-cbc", 32), ("aes-gcm", 16), ("null", 0))
    esp_auths = ("md5", "sha1", "sha256")


class Small(Backend):
    """What a device without big numbers might have."""

    ciphers = (("3des", 24), ("aes", 16))
    groups = (2,)
    esp_ciphers = (("aes-cbc", 16),)


def test_the_default_offer_is_three_groups_of_six():
    rungs = phase1_offer((), Backend(), False)
    assert [rung[0].group for rung in rungs] == [14, 5, 2]
    assert [(t.cipher, t.key_bits, t.hash) for t in rungs[0]] == [
        ("aes", 256, "sha256"),
        ("aes", 256, "sha1"),
        ("aes", 128, "sha256"),
        ("aes", 128, "sha1"),
        ("3des", 0, "sha256"),
        ("3des", 0, "sha1"),
    ]
    assert {t.group for t in rungs[1]} == {5}


def test_what_the_backend_lacks_is_left_out():
    rungs = phase1_offer((), Small(), False)
    assert [[t.cipher for t in rung] for rung in rungs] == [["aes", "aes", "3des", "3des"]]
    assert esp_offer((), Small(), False) == (
        EspTransform("aes-cbc", 128, "sha256"),
        EspTransform("aes-cbc", 128, "sha1"),
    )


def test_configured_policies_are_exactly_the_offer_grouped_by_first_appearance():
    a = Phase1Transform("aes", 256, "sha512", 16)
    b = Phase1Transform("3des", 0, "sha1", 2)
    c = Phase1Transform("aes", 128, "sha1", 16)
    assert phase1_offer((a, b, c, a), Backend(), False) == ((a, c), (b,))


def test_weak_ones_need_leave():
    des = Phase1Transform("des", 0, "sha1", 2)
    md5 = Phase1Transform("3des", 0, "md5", 2)
    one = Phase1Transform("3des", 0, "sha1", 1)
    assert phase1_offer((des, md5, one), Backend(), False) == ()
    assert phase1_offer((des, md5, one), Backend(), True) == ((des, md5), (one,))
    esp = EspTransform("des", 0, "sha1")
    assert esp_offer((esp,), Backend(), False) == ()
    assert esp_offer((esp,), Backend(), True) == (esp,)


def test_gcm_needs_no_authentication():
    gcm = EspTransform("aes-gcm", 128, "")
    assert esp_offer((gcm, EspTransform("aes-gcm", 256, "")), Backend(), False) == (gcm,)


def test_the_group_that_worked_comes_first():
    rungs = phase1_offer((), Backend(), False)
    assert [rung[0].group for rung in preferred(rungs, 2)] == [2, 14, 5]
    assert preferred(rungs, 0) == rungs
    assert preferred(rungs, 16) == rungs
