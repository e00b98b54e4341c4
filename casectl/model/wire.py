"""The binary form in which SSH writes keys and signatures (RFC 4251, section 5), read without trusting any length."""

from __future__ import annotations

LONGEST_NAME = 64


class WireError(ValueError):
    """Bytes that are not what they claim to be; says in which way."""


class Wire:
    """Reads the fields of one blob, one after the other. Raises `WireError` for what is not all there."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        end = self._at + size
        if end > len(self._content):
            raise WireError(f"a field of {size} bytes reaches beyond the end")
        taken, self._at = self._content[self._at : end], end
        return taken

    def number(self) -> int:
        """A `uint32`."""
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        """A `string`: its length, then so many bytes."""
        return self.take(self.number())

    def word(self) -> str:
        """A name, such as that of an algorithm: 64 printable characters of ASCII at most (RFC 4251, section 6)."""
        found = self.string()
        if not 0 < len(found) <= LONGEST_NAME or not all(0x20 < byte < 0x7F for byte in found):
            raise WireError("a name that is empty, too long, or not in printable ASCII")
        return found.decode("ascii")

    def mpint(self) -> int:
        """A `mpint` that is not negative."""
        found = self.string()
        if found and found[0] & 0x80:
            raise WireError("a negative number")
        return int.from_bytes(found, "big")

    def end(self) -> None:
        """Raises `WireError` when bytes are left over."""
        left = len(self._content) - self._at
        if left:
            raise WireError(f"{left} bytes too many at the end")


def wire_string(content: bytes) -> bytes:
    """`content` as a `string`."""
    return len(content).to_bytes(4, "big") + content
