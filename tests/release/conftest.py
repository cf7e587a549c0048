"""Stand-in for Azure's publishing endpoint."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Door:
    """Answers in order, the last one for ever; keeps what it was asked."""

    def __init__(self, posts, gets):
        self.posts, self.gets, self.asked = list(posts), list(gets), []
        self.origin = ""

    def next(self, method):
        answers = self.posts if method == "POST" else self.gets
        return answers.pop(0) if len(answers) > 1 else answers[0]


@contextmanager
def opened(posts=((202, "number-1"),), gets=((200, {"status": 4}),)) -> Iterator[Door]:
    made = Door(posts, gets)

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.asked.append((self.command, self.path, dict(self.headers), body))
            status, said = made.next(self.command)
            text = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = answer  # noqa: N815 - as the library calls them

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def door():
    """Open one: `with door(posts=[(status, said)], gets=[…]) as made`."""
    return opened
