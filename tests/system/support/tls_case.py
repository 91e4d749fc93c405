"""The base of the system tests over TLS: a daemon with a certificate created for the class."""

from .case import SystemTest
from .certificate import ECDSA, make_certificate, trusting
from .daemon import Daemon, Folder
from .sockets import connect


class TlsTest(SystemTest):
    kind = ECDSA

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.certificate, cls.key = make_certificate(cls.folder, kind=cls.kind)
        tls = {"certificate": str(cls.certificate), "private_key": str(cls.key)}
        cls.daemon = Daemon({**cls.settings, "tls": tls}, cls.folder, trusting(cls.certificate))
        cls.failed = False

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.remove()

    def connect_tls(self, context=None, session=None):
        context = context or trusting(self.certificate)
        return context.wrap_socket(connect(self.daemon.port), server_hostname="localhost", session=session)
