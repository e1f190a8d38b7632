"""What two processes of one program say to each other: bytes, each preceded by how many they are."""

from __future__ import annotations

from io import BufferedRWPair


def send(line: BufferedRWPair, packed: bytes) -> None:
    """Say something. Raises OSError where nobody hears it."""
    line.write(len(packed).to_bytes(8))
    line.write(packed)
    line.flush()


def received(line: BufferedRWPair) -> bytes:
    """What was said next. Raises EOFError where nothing more comes, TimeoutError where it does not come in time."""
    head = line.read(8)
    packed = line.read(int.from_bytes(head))
    if len(head) < 8 or len(packed) < int.from_bytes(head):
        raise EOFError
    return packed
