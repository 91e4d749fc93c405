"""A certificate for localhost, and SSL contexts that trust it."""

import ssl
import subprocess
import warnings


ECDSA = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
RSA = ("rsa:2048",)


def make_certificate(folder, name="", kind=ECDSA, made=None):
    """Valid for a day from now, or from `made` such as "2 days ago": paths of the certificate and its key."""
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
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are asked for on purpose
        for name, value in versions.items():
            setattr(context, name, value)
    return context
