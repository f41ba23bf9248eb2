"""The desktop's side of a notification, small enough to read: a service on a D-Bus of our own.

Speaks just enough of the wire format (D-Bus specification, "Message Protocol") to own the name
org.freedesktop.Notifications, answer what notify-send asks, and remember what it was told to show.
"""

from __future__ import annotations

import os
import queue
import socket
import struct
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "org.freedesktop.Notifications"
BUS: Final = "org.freedesktop.DBus"
CALL, RETURN = 1, 2
PATH, INTERFACE, MEMBER, REPLY_TO, DESTINATION, SENDER, SIGNATURE = 1, 2, 3, 5, 6, 7, 8
KINDS: Final = {PATH: "o", REPLY_TO: "u", SIGNATURE: "g"}
"""The type of a header field; the others are strings."""


@dataclass(frozen=True, slots=True)
class Shown:
    app_name: str
    app_icon: str
    summary: str
    body: str


class Writer:
    def __init__(self) -> None:
        self.data = bytearray()

    def align(self, to: int) -> None:
        self.data += bytes(-len(self.data) % to)

    def number(self, value: int) -> None:
        self.align(4)
        self.data += struct.pack("<I", value)

    def text(self, value: str) -> None:
        self.number(len(value.encode()))
        self.data += value.encode() + b"\0"

    def signature(self, value: str) -> None:
        self.data += bytes([len(value)]) + value.encode() + b"\0"

    def value(self, kind: str, value: str | int) -> None:
        if isinstance(value, int):
            self.number(value)
        elif kind == "g":
            self.signature(value)
        else:
            self.text(value)


class Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def align(self, to: int) -> None:
        self.at += -self.at % to

    def number(self) -> int:
        self.align(4)
        self.at += 4
        return int.from_bytes(self.data[self.at - 4 : self.at], "little")

    def text(self) -> str:
        return self._ending_in_zero(self.number())

    def signature(self) -> str:
        self.at += 1
        return self._ending_in_zero(self.data[self.at - 1])

    def _ending_in_zero(self, length: int) -> str:
        self.at += length + 1
        return self.data[self.at - length - 1 : self.at - 1].decode()

    def fields(self) -> dict[int, str | int]:
        """The header's array of (code, variant)."""
        length = self.number()
        self.align(8)
        end = self.at + length
        found: dict[int, str | int] = {}
        while self.at < end:
            self.align(8)
            code = self.data[self.at]
            self.at += 1
            kind = self.signature()
            found[code] = self.number() if kind == "u" else self.signature() if kind == "g" else self.text()
        self.align(8)
        return found


class NotificationServer:
    def __init__(self, address: str) -> None:
        """`address` as dbus-daemon prints it: unix:path=...,guid=..."""
        self.shown: queue.Queue[Shown] = queue.Queue()
        self._serial = 0
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(address.removeprefix("unix:path=").split(",")[0])
        self._socket.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
        assert self._socket.recv(100).startswith(b"OK")
        self._socket.sendall(b"BEGIN\r\n")
        self._call_bus("Hello")
        body = Writer()
        body.text(NAME)
        body.number(0)
        self._call_bus("RequestName", "su", bytes(body.data))
        self._thread = threading.Thread(target=self._serve, name="notification-server")
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._socket.close()

    def _call_bus(self, member: str, signature: str = "", body: bytes = b"") -> None:
        fields: dict[int, str | int] = {
            PATH: "/org/freedesktop/DBus", INTERFACE: BUS, MEMBER: member, DESTINATION: BUS
        }  # fmt: skip
        self._send(CALL, fields, signature, body)

    def _send(self, kind: int, fields: Mapping[int, str | int], signature: str, body: bytes) -> None:
        self._serial += 1
        array = Writer()
        for code, value in {**fields, **({SIGNATURE: signature} if signature else {})}.items():
            array.align(8)
            array.data.append(code)
            array.signature(KINDS.get(code, "s"))
            array.value(KINDS.get(code, "s"), value)
        head = struct.pack("<cBBBIII", b"l", kind, 0, 1, len(body), self._serial, len(array.data))
        message = Writer()
        message.data += head + array.data
        message.align(8)
        self._socket.sendall(bytes(message.data) + body)

    def _serve(self) -> None:
        with self._socket.makefile("rb") as stream:
            while len(head := stream.read(16)) == 16:
                body_length, _, fields_length = struct.unpack("<III", head[4:])
                rest = stream.read(fields_length + -fields_length % 8 + body_length)
                reader = Reader(head + rest)
                reader.at = 12
                fields = reader.fields()
                if head[1] == CALL:
                    serial = int.from_bytes(head[8:12], "little")
                    self._answer(fields, serial, Reader(reader.data[reader.at :]))

    def _answer(self, fields: Mapping[int, str | int], serial: int, body: Reader) -> None:
        answer = Writer()
        member = fields[MEMBER]
        signature = {"Notify": "u", "GetCapabilities": "as", "GetServerInformation": "ssss"}.get(
            str(member), ""
        )
        if member == "Notify":
            app_name, _, app_icon = body.text(), body.number(), body.text()
            self.shown.put(Shown(app_name, app_icon, body.text(), body.text()))
            answer.number(1)
        elif member == "GetCapabilities":
            answer.number(0)
        elif member == "GetServerInformation":
            for word in ("Mapside's test", "Mapside", "1", "1.2"):
                answer.text(word)
        to = {REPLY_TO: serial, DESTINATION: fields[SENDER]}
        self._send(RETURN, to, signature, bytes(answer.data))
