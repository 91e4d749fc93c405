"""A certificate for localhost, and SSL contexts that trust it."""

import ssl
import subprocess
import warnings


ECDSA = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
RSA = ("rsa:2048",)


def make_certificate(folder, name="", kind=ECDSA, made=None):
    """Valid for a day from now, or from `made`, such as "2 days ago". Returns the paths of certificate and key."""
    certificate, key = folder.path / f"{name}cert.pem", folder.path / f"{name}key.pem"
    subprocess.run(
        [*(("faketime", made) if made else ()), "openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True)
    return certificate, key


def trusting(certificate, **versions):
    context = ssl.create_default_context(cafile=str(certificate))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are used on purpose
        for name, value in versions.items():
            setattr(context, name, value)
    return context


def make_chain(folder):
    """Certificates of a server, its issuer and the root; the server's key is leaf.key."""

    def openssl(*arguments, **options):
        subprocess.run(["openssl", *arguments], cwd=folder.path, check=True, capture_output=True, **options)

    kind = ("-newkey", *ECDSA, "-nodes")
    openssl("req", "-x509", *kind, "-days", "1", "-subj", "/CN=root", "-keyout", "root.key", "-out", "root.pem")
    for name, issuer, extension in (("middle", "root", "basicConstraints=CA:TRUE"),
                                    ("leaf", "middle", "subjectAltName=DNS:localhost")):
        openssl("req", *kind, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        folder.write(f"{name}.ext", extension)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key",
                "-CAcreateserial", "-days", "1", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    return tuple(folder.path / f"{name}.pem" for name in ("leaf", "middle", "root"))
