"""Behind nginx: both servers see the same message boundaries, so no request can be smuggled (docs/security.md P3)."""

import json
import shutil
import socket
import subprocess
import unittest

from daemon_case import HOST, SystemTest, exchange
from http_rows import BAD, ENDING, GOOD
from support.daemon import eventually
from support.sockets import connect

CONFIG = """
daemon off;
worker_processes 1;
error_log stderr warn;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream notifyd {{ server 127.0.0.1:{upstream}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://notifyd;
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_set_header Connection "";
        }}
    }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@unittest.skipUnless(shutil.which("nginx", path="/usr/sbin:/usr/bin"), "nginx is not installed")
class BehindNginx(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.daemon.folder.path / "nginx"
        folder.mkdir()
        cls.port = free_port()
        config = cls.daemon.folder.write("nginx.conf", CONFIG.format(
            folder=folder, upstream=cls.daemon.port, port=cls.port))
        cls.nginx = subprocess.Popen([shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-c", config, "-p", folder,
                                      "-e", "stderr"], stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.nginx.wait)
        cls.addClassCleanup(cls.nginx.terminate)

        def accepts():
            try:
                connect(cls.port).close()
                return True
            except OSError:
                return cls.nginx.poll() is not None

        assert eventually(accepts) and cls.nginx.poll() is None, "nginx does not accept connections"

    def marked(self, name):
        """A publish whose body identifies it."""
        body = json.dumps(self.body(name)).encode()
        return (b"POST /publish HTTP/1.1\r\n%sContent-Type: application/json\r\nAuthorization: Bearer %s\r\n"
                b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (HOST, self.service.encode(), len(body), body))

    def published(self):
        names = [message["content"] for message in self.history(limit=100)["messages"]]
        return {name: names.count(name) for name in names}

    def test_every_request_gets_exactly_one_answer(self):
        """Whatever nginx makes of a row, a publish after it is carried out if and only if it is answered."""
        rows = [(name, data) for name, data, _ in GOOD] + BAD
        agreed = 0
        for name, data in rows:
            with self.subTest(name):
                self.chat = self.name("chat")
                pieces = data if isinstance(data, list) else [data]
                answers = exchange(self.port, [*pieces, self.marked(name)])
                told = sum(b"messageId" in body for body in answers.bodies)
                self.assertEqual(self.published(), {name: 1} if told else {})
                agreed += 1
        print(f"{agreed} of {len(rows)} rows: nginx and notifyd agree")
        self.assertEqual(self.http.get("/healthz").status, 200)
        self.assertEqual(exchange(self.port, ENDING).statuses, [200])


if __name__ == "__main__":
    unittest.main()
