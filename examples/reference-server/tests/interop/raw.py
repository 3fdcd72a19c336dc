#!/usr/bin/env python3
"""The cases that SIPp cannot play: it always writes a right Content-Length and CRLF, sends each
message with a call of its own, and reads a stream for itself.

    raw.py CASE HOST:PORT PREFIX

Checks the sender's side itself and ends with 1 and a reason when it is wrong. For the caller it
prints one line "REF SNU" for each alarm that got its mrs.
"""

import re
import socket
import sys
import time

PATIENCE = 5.0
CID = "40211870"


def body(ref):
    return f"<mrq><ref>{ref}</ref><cid>{CID}</cid><dty>0003</dty><stc>0010</stc></mrq>"


def message(ref, transport, local, length=None, end="\r\n"):
    """A MESSAGE; length None is the right one, "" leaves the header out."""
    text = body(ref)
    lines = [
        "MESSAGE sip:alarm@arc.example.net SIP/2.0",
        f"Via: SIP/2.0/{transport} {local[0]}:{local[1]};branch=z9hG4bK{ref};rport",
        "Max-Forwards: 70",
        f"From: <sip:{CID}@arc.example.net>;tag=t{ref}",
        "To: <sip:alarm@arc.example.net>",
        f"Call-ID: {ref}@arc.example.net",
        "CSeq: 1 MESSAGE",
        "Content-Type: application/scaip+xml",
    ]
    if length != "":
        lines.append(f"Content-Length: {len(text) if length is None else length}")
    return (end.join(lines) + end + end + text).encode()


class Wrong(Exception):
    """What came is not what should have come."""


class Answers:
    """What the server sends: 200 by Call-ID, mrs by ref; each mrs is answered."""

    def __init__(self, send):
        self.send = send
        self.ok = []
        self.mrs = []

    def take(self, head, content):
        head = head.decode()
        start, *lines = head.split("\r\n")
        names = dict(line.split(": ", 1) for line in lines)
        if start.startswith("SIP/2.0 "):
            if not start.startswith("SIP/2.0 200 "):
                raise Wrong(f"answered {start!r}")
            self.ok.append(names["Call-ID"].split("@")[0])
            return
        if not start.startswith(f"MESSAGE sip:{CID}@"):
            raise Wrong(f"came {start!r}")
        found = re.fullmatch(rb"<mrs><ref>(\w+)</ref><snu>(\d+)</snu>.*</mrs>", content)
        if not found:
            raise Wrong(f"no mrs: {content!r}")
        self.mrs.append((found[1].decode(), found[2].decode()))
        copied = [f"{name}: {names[name]}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
        self.send("\r\n".join(["SIP/2.0 200 OK", *copied, "Content-Length: 0", "", ""]).encode())

    def complete(self, refs):
        return len(self.ok) >= len(refs) and len(self.mrs) >= len(refs)

    def check(self, refs):
        if sorted(self.ok) != sorted(refs):
            raise Wrong(f"200 for {sorted(self.ok)}, sent {sorted(refs)}")
        if sorted(ref for ref, _ in self.mrs) != sorted(refs):
            raise Wrong(f"mrs for {sorted(self.mrs)}, sent {sorted(refs)}")
        for ref, snu in self.mrs:
            print(ref, snu)


def datagrams(server, pieces):
    """Sends each (ref, bytes) and collects until all are answered, then a little longer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        answers = Answers(lambda data: sock.sendto(data, server))
        pieces = pieces(sock.getsockname())
        for _, data in pieces:
            sock.sendto(data, server)
        refs = [ref for ref, _ in pieces]
        until = time.monotonic() + PATIENCE
        while (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                data, source = sock.recvfrom(65536)
            except TimeoutError:
                break
            if source != server:
                raise Wrong(f"an answer from {source}")
            head, _, content = data.partition(b"\r\n\r\n")
            answers.take(head, content)
            if answers.complete(refs):
                # Anything too much must come before this.
                until = min(until, time.monotonic() + 0.3)
        answers.check(refs)


class Stream:
    """A connection that is read message by message."""

    def __init__(self, server):
        self.sock = socket.create_connection(server, PATIENCE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.local = self.sock.getsockname()
        self.buffer = b""
        self.answers = Answers(self.sock.sendall)

    def collect(self, refs):
        until = time.monotonic() + PATIENCE
        while (left := until - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(65536)
            except TimeoutError:
                break
            if not data:
                raise Wrong("the server closed the connection")
            self.buffer += data
            while b"\r\n\r\n" in self.buffer:
                head, _, rest = self.buffer.partition(b"\r\n\r\n")
                length = int(re.search(rb"\r\nContent-Length: (\d+)", head)[1])
                if len(rest) < length:
                    break
                self.answers.take(head, rest[:length])
                self.buffer = rest[length:]
            if self.answers.complete(refs):
                until = min(until, time.monotonic() + 0.3)
        self.answers.check(refs)


def udp_length(server, prefix):
    """Content-Length too small, too large, missing, not a number: the datagram counts."""

    def pieces(local):
        lengths = {"small": 20, "zero": 0, "large": 4000, "missing": "", "huge": "9" * 24}
        return [
            (prefix + name, message(prefix + name, "UDP", local, length))
            for name, length in lengths.items()
        ]

    datagrams(server, pieces)


def bare_lf(server, prefix):
    """LF where SIP wants CRLF; once with a fitting and once without a Content-Length."""

    def pieces(local):
        return [
            (prefix + "a", message(prefix + "a", "UDP", local, end="\n")),
            (prefix + "b", message(prefix + "b", "UDP", local, "", end="\n")),
        ]

    datagrams(server, pieces)


def one_segment(server, prefix):
    """Six messages in one segment: one write, below the 65,483 bytes that loopback carries."""
    stream = Stream(server)
    refs = [f"{prefix}{number}" for number in range(6)]
    stream.sock.sendall(b"".join(message(ref, "TCP", stream.local) for ref in refs))
    stream.collect(refs)


def many_segments(server, prefix):
    """One message byte by byte, then two in pieces that end anywhere, the seam included."""
    stream = Stream(server)
    first = f"{prefix}0"
    for byte in message(first, "TCP", stream.local):
        stream.sock.sendall(bytes([byte]))
        time.sleep(0.001)
    refs = [first, f"{prefix}1", f"{prefix}2"]
    data = b"".join(message(ref, "TCP", stream.local) for ref in refs[1:])
    for at in range(0, len(data), 61):
        stream.sock.sendall(data[at : at + 61])
        time.sleep(0.01)
    stream.collect(refs)


def tcp_length(server, prefix):
    """No Content-Length: where the next message begins is unknown, so 400 and the end."""
    stream = Stream(server)
    stream.sock.sendall(message(prefix, "TCP", stream.local, ""))
    stream.sock.settimeout(PATIENCE)
    data = b""
    while piece := stream.sock.recv(65536):
        data += piece
    if not data.startswith(b"SIP/2.0 400 ") or data.count(b"SIP/2.0") != 2:
        raise Wrong(f"answered {data!r}")


CASES = {
    "udp-length": udp_length,
    "bare-lf": bare_lf,
    "one-segment": one_segment,
    "many-segments": many_segments,
    "tcp-length": tcp_length,
}


def main():
    case, address, prefix = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    try:
        CASES[case]((host, int(port)), prefix)
    except (Wrong, OSError) as wrong:
        sys.exit(f"{case}: {wrong}")


if __name__ == "__main__":
    main()
