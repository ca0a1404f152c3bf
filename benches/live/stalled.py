#!/usr/bin/env python3
"""What subscribers that never read cost those who do: the good alone, then the good beside the stalled, on fresh processes.

    python3 benches/live/stalled.py --wsload PATH/wsload

The stalled subscribe to the very step changes that the good read, and then take nothing more from their sockets, whose buffers
are as small as the system lets them be, and whose segments are no larger than a network's (on loopback a socket holds megabytes
otherwise, and nobody would stall within the run). In the end they are read out: how many had the server closed, and how?
"""
import argparse, base64, collections, json, os, selectors, socket, statistics, struct, tempfile, time

import rig

UPDATES, INTERVAL = 400, 50  # milliseconds


def frame(message):
    """A client's text frame; its mask of zeros leaves the text readable."""
    body = json.dumps(message).encode()
    length = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + struct.pack(">H", len(body))
    return b"\x81" + length + bytes(4) + body


def read_until(connection, end):
    got = b""
    while end not in got:
        piece = connection.recv(4096)
        if not piece:
            raise SystemExit(f"a stalled subscriber was refused: {got[-300:]!r}")
        got += piece
    return got


def stall(server, turn):
    """A subscriber from whose socket nothing is read any more."""
    spelling = json.loads(server.dialect.read_text())
    attempt = (server.folder / "attempts.txt").read_text().splitlines()[turn * rig.WIDEST]
    connection = socket.socket()
    connection.settimeout(30)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_400)
    host, port = server.address.split(":")
    connection.connect((host, int(port)))
    nonce = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET /graphql HTTP/1.1\r\nHost: {server.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
    )
    read_until(connection, b"\r\n\r\n")
    connection.sendall(frame({"type": "connection_init", "payload": spelling["connection_init"]}))
    read_until(connection, b"connection_ack")
    wanted = {"query": spelling["subscriptions"]["S1"]["query"], "variables": {"a": attempt}}
    connection.sendall(frame({"id": "1", "type": "subscribe", "payload": wanted}))
    connection.setblocking(False)
    return connection


def read_out(connections, seconds=10):
    """How each of them ended: the code of its close frame, "cut" without one, "open" when it still is."""
    selector, texts, ends = selectors.DefaultSelector(), {}, {}
    for connection in connections:
        selector.register(connection, selectors.EVENT_READ)
        texts[connection] = bytearray()
    until = time.monotonic() + seconds
    while len(ends) < len(connections) and time.monotonic() < until:
        for key, _ in selector.select(0.5):
            try:
                piece = key.fileobj.recv(65_536)
            except OSError:
                piece = b""
            texts[key.fileobj] += piece
            if not piece:
                selector.unregister(key.fileobj)
                ends[key.fileobj] = close_code(texts[key.fileobj])
    for connection in connections:
        connection.close()
    return collections.Counter(ends.get(connection, "open") for connection in connections)


def close_code(text):
    at = 0
    while at + 2 <= len(text):
        length, head = text[at + 1], 2
        if length == 126 and at + 4 <= len(text):
            length, head = struct.unpack_from(">H", text, at + 2)[0], 4
        if text[at] == 0x88 and at + head + 2 <= len(text):
            return struct.unpack_from(">H", text, at + head)[0]
        at += head + length
    return "cut"


def measure(options, server, turn, stalled):
    with server:
        idle = rig.memory(server.pid)
        connections = [stall(server, turn) for _ in range(stalled)]
        connected = rig.memory(server.pid)
        figures = rig.load(options, server, turn, "S1", options.good, UPDATES, INTERVAL)
        ends = read_out(connections)
    if not figures:
        raise SystemExit("the load generator failed")
    print(
        f"{options.good} good, {stalled} stalled: {figures['delivered']}/{figures['expected']} delivered, "
        f"p50 {figures['from_request_ms']['p50']:.1f} ms, p99 {figures['from_request_ms']['p99']:.1f} ms; "
        f"RSS MB idle {idle:.1f}, stalled connected {connected:.1f}, after {figures['rss_after_mb']:.1f}, peak {figures['peak_rss_mb']:.1f}"
        + (f"; the stalled ended with {dict(ends)}" if stalled else ""),
        flush=True,
    )
    return figures["from_request_ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    rig.arguments(parser)
    parser.add_argument("--good", type=int, default=1_000)
    parser.add_argument("--stalled", type=int, default=1_000)
    options = parser.parse_args()
    rig.raise_open_files()
    alone, beside = [], []
    with tempfile.TemporaryDirectory() as folder:
        server = rig.KycStack(options, folder, (options.database or [None])[0])
        for turn in range(options.rounds):
            alone.append(measure(options, server, turn, 0))
            beside.append(measure(options, server, turn, options.stalled))
    for percentile in ("p50", "p99"):
        one, other = (statistics.median(run[percentile] for run in runs) for runs in (alone, beside))
        print(f"{percentile} of the good: alone {one:.1f} ms, beside the stalled {other:.1f} ms, ratio {other / one:.2f}")


if __name__ == "__main__":
    main()
