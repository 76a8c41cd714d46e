"""A mail server for measuring: takes everything, keeps nothing, and is as quick as Python allows.

It runs in a process of its own (`python -m bench.sink --delay 0.05`), so that it takes no time from what is
measured. `XCOUNT` answers with how many mails it took and when it took the last one, on the monotonic clock.
"""

import argparse
import asyncio
import time


class Taken:
    """What all connections share."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.count = 0
        self.last = 0.0


class Conversation(asyncio.Protocol):
    """One connection: lines until DATA, then text until a lone dot."""

    def __init__(self, taken: Taken) -> None:
        self.taken = taken
        self.buffer = bytearray()
        self.in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.say("220 ready")

    def say(self, answer: str) -> None:
        self.transport.write(f"{answer}\r\n".encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self.take_text() if self.in_text else self.take_line():
            pass

    def take_line(self) -> bool:
        line, end, rest = self.buffer.partition(b"\r\n")
        if not end:
            return False
        self.buffer = rest
        self.obey(bytes(line[:4]).upper())
        return True

    def take_text(self) -> bool:
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return False
        del self.buffer[: end + 5]
        self.in_text = False
        if self.taken.delay:
            asyncio.get_running_loop().call_later(self.taken.delay, self.accept)
        else:
            self.accept()
        return True

    def accept(self) -> None:
        self.taken.count += 1
        self.taken.last = time.monotonic()
        self.say("250 taken")

    def obey(self, word: bytes) -> None:
        match word:
            case b"DATA":
                self.in_text = True
                self.say("354 go on")
            case b"XCOU":
                self.say(f"250 {self.taken.count} {self.taken.last}")
            case b"QUIT":
                self.say("221 goodbye")
                self.transport.close()
            case _:
                self.say("250 fine")


async def serve(delay: float) -> None:
    """Listen on a free port, say which, and serve until killed."""
    taken = Taken(delay)
    server = await asyncio.get_running_loop().create_server(lambda: Conversation(taken), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args().delay))
