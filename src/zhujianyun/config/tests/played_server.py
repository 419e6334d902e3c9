"""A server for the tests of the supervisor (测试用服务): its worker holds the port, as Granian's does.

``python played_server.py PORT`` answers; ``PORT=0`` ends at once with a word; ``deaf`` ignores SIGTERM.
"""

from __future__ import annotations

import http.server
import os
import signal
import sys
import time


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 - the name is given
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{os.getppid()} {os.getpid()}".encode())

    def log_message(self, *_: object) -> None:
        """Silence."""


def main() -> None:
    port = int(sys.argv[1])
    print(f"你好 {port}", flush=True)
    if port == 0:
        sys.exit("坏了")
    if "deaf" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server = http.server.HTTPServer(("127.0.0.1", port), Hello)
    if os.fork() == 0:  # the worker knows nothing of its parent's end
        server.serve_forever()
    while True:
        time.sleep(60)


main()
