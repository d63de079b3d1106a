"""Control messages: brace.cbor against RFC 8949's own examples, and against hostile bytes."""

import pytest
from brace import cbor
from hypothesis import given
from hypothesis import strategies as st

# RFC 8949, appendix A.
EXAMPLES = [
    (0, "00"), (23, "17"), (24, "1818"), (1000, "1903e8"), (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"), (18446744073709551615, "1bffffffffffffffff"),
    (-1, "20"), (-10, "29"), (-1000, "3903e7"), (False, "f4"), (True, "f5"), (None, "f6"),
    (b"", "40"), (b"\x01\x02\x03\x04", "4401020304"), ("", "60"), ("IETF", "6449455446"),
    ("ü", "62c3bc"), ([], "80"), ([1, [2, 3], [4, 5]], "8301820203820405"), ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"), ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
]  # fmt: skip

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def depth(value):
    if isinstance(value, (list, dict)):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max(map(depth, inner), default=0)
    return 0


@pytest.mark.parametrize(("value", "raw"), EXAMPLES)
def test_examples_of_the_rfc(value, raw):
    assert cbor.dumps(value).hex() == raw
    assert cbor.loads(bytes.fromhex(raw)) == value


@given(values.filter(lambda value: depth(value) <= 6))
def test_what_goes_in_comes_out(value):
    assert cbor.loads(cbor.dumps(value)) == value


@pytest.mark.req("WIRE-7")
@given(st.binary(max_size=64))
def test_hostile_bytes_are_refused_or_decoded(raw):
    try:
        cbor.loads(raw)
    except cbor.CborError:
        pass


@pytest.mark.parametrize(
    "raw",
    ["", "18", "61", "9f", "f97e00", "c000", "62c328", "a1", "0000", "81" * 8 + "00",
     "9affffffff", "bbffffffffffffffff", "5bffffffffffffffff00"],
)  # fmt: skip
def test_what_is_refused(raw):
    with pytest.raises(cbor.CborError):
        cbor.loads(bytes.fromhex(raw))


def test_what_cannot_be_said():
    for value in (1.5, 2**64, -(2**64) - 1, object()):
        with pytest.raises(cbor.CborError):
            cbor.dumps(value)
