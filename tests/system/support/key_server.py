"""A tiny identity provider: serves a key set over https (or http), correctly or not, as the test requires."""

import http.server
import json
import ssl
import threading

from jwcrypto import jwk


def key_set(*keys):
    """The JWKS of jwcrypto keys, without their private parts."""
    return json.dumps({"keys": [key.export_public(as_dict=True) for key in keys]}).encode()


def new_key(kid, **kind):
    return jwk.JWK.generate(kid=kid, **(kind or {"kty": "EC", "crv": "P-256"}))


class KeyServer:
    """`answer(handler)` writes the whole response; `paths` are the paths requested."""

    def __init__(self, certificate=None, key=None, host="127.0.0.1", port=0):
        self.paths = []
        self.answer = self.nothing
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.paths.append(self.path)
                try:
                    outer.answer(self)
                except OSError:
                    pass  # the daemon has stopped reading

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a handshake that the daemon aborted

            def finish_request(self, request, address):
                if outer.context is None:
                    super().finish_request(request, address)
                    return
                with outer.context.wrap_socket(request, server_side=True) as secure:
                    super().finish_request(secure, address)

        self.context = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
        self.server = Server((host, port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, name="localhost", scheme="https"):
        return f"{scheme}://{name}:{self.port}/keys?v=1"

    def serve(self, *keys):
        self.answer = lambda handler: self.send(handler, 200, key_set(*keys))

    @staticmethod
    def nothing(handler):
        KeyServer.send(handler, 404, b"")

    @staticmethod
    def send(handler, status, body, **headers):
        handler.send_response(status)
        handler.send_header("Content-Length", headers.pop("length", len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
