"""Writes a PKCS#12 file again in a form that OpenSSL does not write.

basic IN OUT            indefinite lengths, strings in segments (X.690 §8.1.3.6, §8.7.3)
pbmac1 IN OUT PASSWORD  the MAC by PBMAC1 (RFC 9579)
"""

import hashlib
import hmac
import sys


def read(octets, at=0):
    """Tag, contents and end of the DER value at `at`."""
    tag, length, at = octets[at], octets[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(octets[at : at + count], "big"), at + count
    return tag, octets[at : at + length], at + length


def values(octets):
    at = 0
    while at < len(octets):
        tag, contents, at = read(octets, at)
        yield tag, contents


def write(tag, *contents):
    contents = b"".join(contents)
    if len(contents) < 0x80:
        return bytes([tag, len(contents)]) + contents
    length = len(contents).to_bytes((len(contents).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + contents


def basic(tag, contents):
    if tag in (0x04, 0x80):
        segments = [write(0x04, contents[at : at + 100]) for at in range(0, len(contents), 100)]
        return bytes([tag | 0x20, 0x80]) + b"".join(segments) + b"\0\0"
    if tag & 0x20:
        return bytes([tag, 0x80]) + b"".join(basic(*value) for value in values(contents)) + b"\0\0"
    return write(tag, contents)


def nested(octets):
    """The authenticated safe and, where nothing is encrypted, the bags inside, are values in strings: these too."""
    return b"".join(basic(*value) for value in values(octets))


def to_basic(pfx):
    version, safe, mac = values(read(pfx)[1])
    kind, content = values(safe[1])
    octets = read(content[1])[1]
    contents = b""
    for _, info in values(read(octets)[1]):
        inner_kind, inner = values(info)
        tag, value, _ = read(inner[1])
        if tag == 0x04:
            value = nested(value)
        contents += bytes([0x30, 0x80]) + write(*inner_kind) + bytes([0xA0, 0x80]) + basic(tag, value) + b"\0\0\0\0"
    octets = bytes([0x30, 0x80]) + contents + b"\0\0"
    content = bytes([0xA0, 0x80]) + basic(0x04, octets) + b"\0\0"
    safe = bytes([0x30, 0x80]) + write(*kind) + content + b"\0\0"
    return bytes([0x30, 0x80]) + write(*version) + safe + mac_of(mac, octets) + b"\0\0"


def mac_of(mac, octets, password="kyso-test"):
    """MacData again, over the octets as they are now (RFC 7292 §5)."""
    info, salt, iterations = values(mac[1])
    count = int.from_bytes(iterations[1], "big")
    key = pkcs12_key(password.encode("utf-16-be") + b"\0\0", salt[1], count, 3, 20)
    algorithm, _ = values(info[1])
    digest = hmac.new(key, octets, "sha1").digest()
    return write(0x30, write(0x30, write(*algorithm), write(0x04, digest)), write(*salt), write(*iterations))


def pkcs12_key(password, salt, count, purpose, length, block=64):
    """RFC 7292 appendix B.2 for one block of SHA-1."""
    fill = lambda octets: (octets * block)[: block * -(-len(octets) // block)]
    result = hashlib.sha1(bytes([purpose] * block) + fill(salt) + fill(password)).digest()
    for _ in range(count - 1):
        result = hashlib.sha1(result).digest()
    return result[:length]


def to_pbmac1(pfx, password):
    oid = lambda dotted: bytes.fromhex(dotted)
    version, safe, _ = values(read(pfx)[1])
    _, content = values(safe[1])
    octets = read(content[1])[1]
    salt, count = b"salt of PBMAC1", 2048
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, count, 32)
    integer = write(0x02, count.to_bytes(2, "big"))
    hmac_sha256 = write(0x30, oid("06082a864886f70d0209"), oid("0500"))
    pbkdf2 = write(0x30, oid("06092a864886f70d01050c"), write(0x30, write(0x04, salt), integer, write(0x02, b"\x20"), hmac_sha256))
    pbmac1 = write(0x30, oid("06092a864886f70d01050e"), write(0x30, pbkdf2, hmac_sha256))
    digest = write(0x30, pbmac1, write(0x04, hmac.new(key, octets, "sha256").digest()))
    mac = write(0x30, digest, write(0x04, b"NOT USED"), write(0x02, b"\x01"))
    return write(0x30, write(*version), write(*safe), mac)


if __name__ == "__main__":
    kind, source, target, *rest = sys.argv[1:]
    with open(source, "rb") as file:
        octets = file.read()
    with open(target, "wb") as file:
        file.write({"basic": to_basic, "pbmac1": to_pbmac1}[kind](octets, *rest))
