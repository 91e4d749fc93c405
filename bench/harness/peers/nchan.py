"""nginx with the module nchan and one worker."""

import pathlib

from .process import Server, debian_version, first_line_of, program

MODULES = pathlib.Path("/usr/lib/nginx/modules")


class Nchan(Server):
    name = "nchan"
    title = "nginx + nchan"

    @classmethod
    def missing(cls, place):
        return "" if program("nginx") and (MODULES / "ngx_nchan_module.so").exists() else "nginx, libnginx-mod-nchan"

    @classmethod
    def version(cls, place):
        nginx = first_line_of(program("nginx"), "-v").rpartition("/")[2]
        return f"{nginx}, nchan {debian_version('libnginx-mod-nchan')}"

    def start(self, tls=False):
        config = self.write_config(
            "nginx.conf", modules=MODULES, listen=f"127.0.0.1:{self.port}{' ssl' if tls else ''}",
            certificate=self.place.certificate / "cert.pem", private_key=self.place.certificate / "key.pem")
        self.spawn([program("nginx"), "-e", self.folder / "error.log", "-p", self.folder, "-c", config])
        self.wait_until(lambda: self._workers() and self.accepts_connections())

    def _workers(self):
        return pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()

    @property
    def process_id(self):
        """The worker: the master process does not serve connections."""
        return int(self._workers()[0])

    def log_tail(self, lines=20):
        errors = self.folder / "error.log"
        text = errors.read_text(errors="replace") if errors.exists() else ""
        return super().log_tail(lines) + "\n".join(text.splitlines()[-lines:])
