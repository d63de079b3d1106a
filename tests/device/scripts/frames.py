# Encodes and decodes frames between text; prints what was seen. Runs on both Pythons.
import plumbcore

print(plumbcore.crc32(b"123456789"), plumbcore.crc32(b"789", plumbcore.crc32(b"123456")))
print(plumbcore.crc32(b"", 0xFFFFFFFF), plumbcore.WIRE_VERSION, plumbcore.FRAME_OVERHEAD)

out = bytearray(2000)
stream = b"boot\r\n"
for i in range(40):
    payload = bytes([(i * 37 + j * j) & 255 for j in range(i * 5)])
    n = plumbcore.frame_encode(out, plumbcore.EVENT, i, 0, 1000 * i & 65535, payload)
    stream += bytes(out[:n]) + [b"", b">>> x ~ y\r\n", b"~", b"}\r\n"][i % 4]
stream += stream[-30:-9] + b"\n"

decoder = plumbcore.FrameDecoder(150)
raw = bytearray(400)
pos = 0
while pos < len(stream):
    pos = decoder.feed(stream, pos, min(pos + 23, len(stream)))
    text = stream[decoder.text_start:decoder.text_end]
    print(pos, decoder.status, text, bytes(decoder.payload))
    if decoder.status > 0:
        print(decoder.version, decoder.speaks, decoder.kind, decoder.cmd, decoder.flags,
              decoder.reqid)
    elif decoder.status < 0:
        print(bytes(raw[:decoder.dropped_into(raw)]))
print(decoder.frames, decoder.bad_crc, decoder.bad_length, decoder.too_long, decoder.foreign)

for call in (lambda: plumbcore.frame_encode(bytearray(5), 1, 1, 0, 0, b""),
             lambda: plumbcore.FrameDecoder(65536), lambda: decoder.feed(b"abc", 2, 9)):
    try:
        call()
    except ValueError as error:
        print(error)
