"""Known answers for every primitive in use, from NIST and the RFCs and, in number, from
`cryptography`, on both sides: mbedtls under MicroPython, and plumbcore.crypto on the host."""

import hashlib
import hmac
import json
import random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from plumbcore._core import ffi, lib

BAD_TAG = "ValueError not sealed with this key, or altered since"
BAD_POINT = "ValueError no point of P-256, or no private key"
# NIST CAVP, KAS ECC CDH primitive, P-256, case 0.
CDH_PEER = ("04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
            "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac")
CDH_PRIVATE = "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534"
CDH_PUBLIC = ("04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230"
              "28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141")
CDH_SHARED = "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"
# RFC 6979, A.2.5: P-256 and SHA-256.
DSA_PUBLIC = ("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
              "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")
DSA_SIGNATURE = ("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                 "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def published():
    """(case, answer) pairs of the standards."""
    def case(name, answer, *args, **more):
        return {"name": name, "args": args, **more}, answer

    gcm = ("feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
           "feedfacedeadbeeffeedfacedeadbeefabaddad2",
           "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
           "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
    gcm_out = ("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
               "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
               "5bc94fbc3221a5db94fae95ae7121a47")
    digest = hashlib.sha256(b"sample").hexdigest()
    return [
        # FIPS 180-4's examples.
        case("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
             "616263"),
        case("sha256", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
             b"abcdbcdecdefdefgefgh".hex(), b"fghighijhijkijkljklmklmnlmnomnopnopq".hex()),
        case("sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        # RFC 4231, cases 1, 2 and 6.
        case("mac_of", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
             "0b" * 20, b"Hi There".hex()),
        case("mac_of", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
             b"Jefe".hex(), b"what do ya want ".hex(), b"for nothing?".hex()),
        case("mac_of", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
             "aa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First".hex()),
        case("mac_into", "b0344c61d8db38535ca8afceaf0bf12b", "0b" * 20, b"Hi There".hex()),
        # RFC 5869, cases 1 and 3.
        case("hkdf_sha256", "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
             "34007208d5b887185865", "000102030405060708090a0b0c", "0b" * 22,
             "f0f1f2f3f4f5f6f7f8f9", n=42),
        case("hkdf_sha256", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
             "9d201395faa4b61a96c8", "", "0b" * 22, "", n=42),
        # The GCM specification's cases 1 and 4.
        case("gcm_seal", "58e2fccefa7e3061367f1d57a4e7455a", "00" * 16, "00" * 12, "", ""),
        case("gcm_seal", gcm_out, *gcm),
        case("gcm_open", gcm[3], *gcm[:3], gcm_out),
        case("ecdh", f"{CDH_PUBLIC} {CDH_SHARED}", CDH_PEER, CDH_PRIVATE),
        case("ecdsa_verify", "True", DSA_PUBLIC, digest, DSA_SIGNATURE),
    ]


def drawn(count: int, seed: int):
    """Cases at random, answered by `cryptography`."""
    rng = random.Random(seed)
    for _ in range(count):
        data, key = rng.randbytes(rng.randrange(300)), rng.randbytes(rng.choice((16, 32)))
        nonce, aad = rng.randbytes(12), rng.randbytes(rng.randrange(40))
        yield {"name": "sha256", "args": [data.hex()]}, hashlib.sha256(data).hexdigest()
        mac = hmac.digest(key, data, "sha256")
        yield {"name": "mac_of", "args": [key.hex(), data.hex()]}, mac.hex()
        yield {"name": "mac_check", "args": [key.hex(), mac[:16].hex(), data.hex()]}, "True"
        sealed = AESGCM(key).encrypt(nonce, data, aad)
        where = [key.hex(), nonce.hex(), aad.hex()]
        yield {"name": "gcm_seal", "args": [*where, data.hex()]}, sealed.hex()
        yield {"name": "gcm_open", "args": [*where, sealed.hex()]}, data.hex()
        n = rng.randrange(1, 65)
        derived = HKDF(SHA256(), n, aad, nonce).derive(data)
        yield {"name": "hkdf_sha256", "args": [aad.hex(), data.hex(), nonce.hex()],
               "n": n}, derived.hex()
    for _ in range(count // 10):
        ours = ec.derive_private_key(rng.randrange(1, ORDER), ec.SECP256R1())
        theirs = ec.derive_private_key(rng.randrange(1, ORDER), ec.SECP256R1())
        scalar = ours.private_numbers().private_value.to_bytes(32, "big")
        shared = ours.exchange(ec.ECDH(), theirs.public_key())
        yield ({"name": "ecdh", "args": [point(theirs), scalar.hex()]},
               f"{point(ours)} {shared.hex()}")
        digest = rng.randbytes(32)
        der = ours.sign(digest, ec.ECDSA(utils.Prehashed(SHA256())))
        signature = b"".join(v.to_bytes(32, "big") for v in utils.decode_dss_signature(der))
        where = [point(ours), digest.hex()]
        yield {"name": "ecdsa_verify", "args": [*where, signature.hex()]}, "True"


def point(key) -> str:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()


def flip(text: str, bit: int) -> str:
    raw = bytearray.fromhex(text)
    raw[bit // 8] ^= 1 << bit % 8
    return raw.hex()


def refused():
    """Everything that must not pass."""
    rng = random.Random(7)
    key, nonce, aad = "11" * 16, "22" * 12, "33" * 5
    sealed = AESGCM(bytes.fromhex(key)).encrypt(
        bytes.fromhex(nonce), b"x" * 21, bytes.fromhex(aad)).hex()
    for bit in range(0, 8 * 37, 3):
        yield {"name": "gcm_open", "args": [key, nonce, aad, flip(sealed, bit)]}, BAD_TAG
    for args in ([flip(key, 3), nonce, aad, sealed], [key, flip(nonce, 9), aad, sealed],
                 [key, nonce, flip(aad, 0), sealed], [key, nonce, aad, sealed[:-2]],
                 [key, nonce, aad, ""], [key, nonce, aad, "00" * 15]):
        yield {"name": "gcm_open", "args": args}, BAD_TAG
    mac = hmac.digest(b"k", b"data", "sha256").hex()
    for tag in ("", mac[:30], flip(mac, 255), flip(mac[:32], 0), mac + "00"):
        yield {"name": "mac_check", "args": [b"k".hex(), tag, b"data".hex()]}, "False"
    for bad in (flip(CDH_PEER, 300), "04" + "00" * 64, "00" * 65, "02" + CDH_PEER[2:]):
        yield {"name": "ecdh", "args": [bad]}, BAD_POINT
    for scalar in ("00" * 32, f"{ORDER:064x}", "ff" * 32):
        yield {"name": "ecdh", "args": [CDH_PEER, scalar]}, BAD_POINT
    digest = hashlib.sha256(b"sample").hexdigest()
    for args in [[DSA_PUBLIC, digest, flip(DSA_SIGNATURE, rng.randrange(512))] for _ in range(8)]:
        yield {"name": "ecdsa_verify", "args": args}, "False"
    half = DSA_SIGNATURE[:64]
    for args in ([DSA_PUBLIC, flip(digest, 0), DSA_SIGNATURE], [CDH_PEER, digest, DSA_SIGNATURE],
                 [DSA_PUBLIC, digest, "00" * 64], [DSA_PUBLIC, digest, half + "00" * 32],
                 [DSA_PUBLIC, digest, "00" * 32 + half], ["04" + "00" * 64, digest, DSA_SIGNATURE],
                 [DSA_PUBLIC, digest, f"{ORDER:064x}" + DSA_SIGNATURE[64:]],
                 [DSA_PUBLIC, digest, half + half]):
        yield {"name": "ecdsa_verify", "args": args}, "False"
    yield {"name": "equal", "args": ["00ff", "00ff"]}, "True"
    yield {"name": "equal", "args": ["00ff", "01ff"]}, "False"
    yield {"name": "equal", "args": ["00ff", "00"]}, "False"


def check(both, tmp_path, cases):
    cases = list(cases)
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps(case) + "\n" for case, _ in cases))
    for name, output in zip(("mbedtls", "cryptography"), both("crypto", str(file)), strict=True):
        answers = output.splitlines()
        assert len(answers) == len(cases)
        for (case, expected), answer in zip(cases, answers, strict=True):
            assert answer == expected, (name, case)


@pytest.mark.req("TRUST-2")
def test_published_answers(both, tmp_path):
    check(both, tmp_path, published())


def test_answers_of_cryptography(both, tmp_path):
    check(both, tmp_path, drawn(40, 1))


@pytest.mark.slow
def test_many_answers_of_cryptography(both, tmp_path):
    check(both, tmp_path, drawn(2000, 2))


def test_what_was_altered_is_refused(both, tmp_path):
    check(both, tmp_path, refused())


def test_random_bytes_differ(both, tmp_path):
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps({"name": "random", "args": [], "n": n}) + "\n"
                            for n in (0, 1, 32, 32, 1024, -1, 1025)))
    for output in both("crypto", str(file)):
        empty, one, a, b, long, *wrong = output.splitlines()
        assert (len(empty), len(one), len(a), len(long)) == (0, 2, 64, 2048) and a != b
        assert wrong == ["ValueError n must be 0..1024"] * 2


# -- health tests of the noise source ---------------------------------------------------------


def feed(bits) -> tuple[int, int]:
    """(result, bits taken until the first failure) of the health tests."""
    health = ffi.new("pl_health *")
    lib.pl_health_init(health)
    for i, bit in enumerate(bits):
        result = lib.pl_health_bit(health, bit)
        if result:
            assert lib.pl_health_bit(health, 1 - bit) == result, "a failure must stay"
            return result, i + 1
    return 0, len(bits)


@pytest.mark.req("TRUST-2")
@pytest.mark.parametrize("bit", [0, 1])
def test_a_stuck_source_is_found_at_once(bit):
    rest = [1 - bit] * 5
    assert feed(rest + [bit] * 5000) == (lib.PL_EHEALTH_STUCK, 5 + lib.PL_HEALTH_REPETITIONS)
    assert feed(([bit] * (lib.PL_HEALTH_REPETITIONS - 1) + [1 - bit] * 200) * 9)[0] == 0


def test_a_lopsided_source_is_found_within_two_windows():
    bits = [int(i % 60 > 0) for i in range(20000)]
    for lopsided in (bits, [1 - bit for bit in bits]):
        result, taken = feed([0, 1] * 300 + lopsided)
        assert result == lib.PL_EHEALTH_LOPSIDED and taken <= 600 + 2 * lib.PL_HEALTH_WINDOW


@pytest.mark.parametrize("ones", [0.5, 0.3, 0.75])
def test_a_usable_source_passes(ones):
    rng = random.Random(4)
    assert feed([int(rng.random() < ones) for _ in range(200_000)]) == (0, 200_000)


@pytest.mark.slow
def test_the_cut_offs_follow_from_the_assumed_entropy():
    from math import ceil

    from scipy.stats import binom

    entropy, alpha = 1 / 8, 2.0**-30
    assert 1 + ceil(30 / entropy) == lib.PL_HEALTH_REPETITIONS
    critical = binom.ppf(1 - alpha, lib.PL_HEALTH_WINDOW, 2**-entropy)
    assert int(critical) + 1 == lib.PL_HEALTH_PROPORTION
    assert lib.PL_HEALTH_STARTUP >= 1024
