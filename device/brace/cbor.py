"""CBOR (RFC 8949) for the control messages: the part that small maps of settings need.

Integers up to 64 bits, byte and text strings, arrays, maps, false, true and null, all of definite
length.  Floats, tags and indefinite lengths are refused.  Nesting is limited, because a hostile
peer must not exhaust the stack.
"""

_MAX_DEPTH = 6


class CborError(ValueError):
    """The bytes are not CBOR of the kind used here."""


def _head(out, major, value):
    major <<= 5
    if value < 24:
        out.append(major | value)
        return
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << (8 * size):
            out.append(major | extra)
            out.extend(value.to_bytes(size, "big"))
            return
    raise CborError("integer over 64 bits")


def _encode(out, value):
    if value is None:
        out.append(0xF6)
    elif value is False or value is True:
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        if value >= 0:
            _head(out, 0, value)
        else:
            _head(out, 1, -1 - value)
    elif isinstance(value, str):
        raw = value.encode()
        _head(out, 3, len(raw))
        out.extend(raw)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        _head(out, 2, len(value))
        out.extend(value)
    elif isinstance(value, (list, tuple)):
        _head(out, 4, len(value))
        for item in value:
            _encode(out, item)
    elif isinstance(value, dict):
        _head(out, 5, len(value))
        for key in value:
            _encode(out, key)
            _encode(out, value[key])
    else:
        raise CborError("cannot encode a " + type(value).__name__)


def dumps(value):
    """The CBOR bytes of a value made of None, bool, int, str, bytes, lists, tuples and dicts."""
    out = bytearray()
    _encode(out, value)
    return bytes(out)


def _take(buf, pos, n):
    if pos + n > len(buf):
        raise CborError("cut short")
    return buf[pos : pos + n], pos + n


def _length(buf, pos, low):
    """The number in or behind a head byte."""
    if low < 24:
        return low, pos
    if low > 27:
        raise CborError("indefinite lengths are not used here")
    raw, pos = _take(buf, pos, 1 << (low - 24))
    return int.from_bytes(raw, "big"), pos


def _string(buf, pos, major, length):
    raw, pos = _take(buf, pos, length)
    if major == 2:
        return bytes(raw), pos
    try:
        return str(bytes(raw), "utf-8"), pos
    except (UnicodeError, ValueError):
        raise CborError("text is not UTF-8")


def _container(buf, pos, major, length, depth):
    # Each item takes a byte at least: a length beyond that is a lie, not a reason to allocate.
    if length > len(buf) - pos:
        raise CborError("cut short")
    if major == 4:
        items = []
        for _ in range(length):
            item, pos = _decode(buf, pos, depth + 1)
            items.append(item)
        return items, pos
    table = {}
    for _ in range(length):
        key, pos = _decode(buf, pos, depth + 1)
        if not isinstance(key, (int, str, bytes)):
            raise CborError("map keys are numbers or strings")
        table[key], pos = _decode(buf, pos, depth + 1)
    return table, pos


def _decode(buf, pos, depth):
    if depth > _MAX_DEPTH:
        raise CborError("nested too deeply")
    raw, pos = _take(buf, pos, 1)
    major, low = raw[0] >> 5, raw[0] & 31
    if major == 7:
        if low in (20, 21, 22):
            return (False, True, None)[low - 20], pos
        raise CborError("floats and simple values are not used here")
    if major == 6:
        raise CborError("tags are not used here")
    value, pos = _length(buf, pos, low)
    if major == 0:
        return value, pos
    if major == 1:
        return -1 - value, pos
    if major < 4:
        return _string(buf, pos, major, value)
    return _container(buf, pos, major, value, depth)


def loads(buf):
    """The value encoded in `buf`, all of it.  Raises CborError for anything else."""
    value, pos = _decode(memoryview(buf), 0, 0)
    if pos != len(buf):
        raise CborError("bytes left over")
    return value
