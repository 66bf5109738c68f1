"""A backend: answers with its name and the header fields it was sent, as JSON. `/slow` takes a second."""

import http.server
import json
import sys
import time


class Backend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/slow":
            time.sleep(1)
        body = json.dumps({"name": self.server.server_address[0], "fields": list(self.headers.items())}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


Server((sys.argv[1], 3000), Backend).serve_forever()
