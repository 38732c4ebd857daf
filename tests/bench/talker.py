"""A gateway that talks: WebSocket echo, a stream that tells when each event was sent, and uploads that are counted."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import sys
import time
from typing import TypeAlias

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
STARTED = b'{"ok":true,"status":"started"}'
EVENTS = 20
PAUSE_SECONDS = 0.01

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


async def serve(reader: Reader, writer: Writer) -> None:
    try:
        while await answered(reader, writer):
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def answered(reader: Reader, writer: Writer) -> bool:
    """One request; False when the connection has served its purpose."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    if headers.get("upgrade", "").lower() == "websocket":
        await echo(reader, writer, headers["sec-websocket-key"].encode())
        return False
    if " /events" in first:
        await stream(writer)
        return False
    received = await swallow(reader, headers)
    body = str(received).encode() if received else STARTED
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    return headers.get("connection", "").lower() != "close"


async def swallow(reader: Reader, headers: dict[str, str]) -> int:
    if headers.get("transfer-encoding") == "chunked":
        total = 0
        while size := int(await reader.readline(), 16):
            total += len(await reader.readexactly(size + 2)) - 2
        await reader.readline()
        return total
    left = total = int(headers.get("content-length", 0))
    while left:
        left -= len(part := await reader.read(min(left, 1 << 20)))
        if not part:
            raise ConnectionError("cut")
    return total


async def stream(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    for _ in range(EVENTS):
        await writer.drain()
        await asyncio.sleep(PAUSE_SECONDS)
        writer.write(b"data: %.9f\n\n" % time.monotonic())
    await writer.drain()


async def echo(reader: Reader, writer: Writer, key: bytes) -> None:
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept)  # fmt: skip
    while True:
        head = await reader.readexactly(2)
        length = head[1] & 0x7F
        await reader.readexactly(4)  # the mask is zero
        writer.write(bytes([0x82, length]) + await reader.readexactly(length))
        await writer.drain()


async def main(address: str, port: int) -> None:
    async with await asyncio.start_server(serve, address, port, backlog=1024) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
