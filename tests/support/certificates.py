"""Certificates of a test's own, by the OpenSSL that Python has loaded."""

import ctypes
import re
import ssl
from pathlib import Path

DAY = 86400
ALTERNATIVE_NAME = 85  # OpenSSL's number
assert ssl.HAS_TLSv1_3, "its import has loaded the library"
(PATH,) = set(re.findall(r"/\S*/libcrypto\S*", Path("/proc/self/maps").read_text()))
crypto = ctypes.CDLL(PATH)
Pointer = ctypes.c_void_p


def call(name: str, *arguments: object) -> Pointer:
    """One of its functions, which return a pointer, or 1."""
    function = getattr(crypto, name)
    function.restype = Pointer
    result = function(*arguments)
    assert result, name
    return Pointer(result)


def certificate(name: str, days: tuple[float, float], key: Pointer) -> Pointer:
    """One for a name that holds from and until so many days from now."""
    one = call("X509_new")
    call("X509_set_version", one, ctypes.c_long(2))
    for which, until in zip(("notBefore", "notAfter"), days, strict=True):
        at = call(f"X509_getm_{which}", one)
        call("X509_gmtime_adj", at, ctypes.c_long(int(until * DAY)))
    subject = call("X509_get_subject_name", one)
    utf8 = ctypes.c_int(0x1001)
    call("X509_NAME_add_entry_by_txt", subject, b"CN", utf8, name.encode(), -1, -1, 0)
    call("X509_set_issuer_name", one, subject)
    call("X509_set_pubkey", one, key)
    names = f"DNS:{name}".encode()
    extension = call("X509V3_EXT_conf_nid", None, None, ALTERNATIVE_NAME, names)
    call("X509_add_ext", one, extension, -1)
    call("X509_sign", one, key, call("EVP_sha256"))
    return one


def write(path: Path, function: str, *what: object) -> str:
    file = call("BIO_new_file", str(path).encode(), b"w")
    call(function, file, *what)
    call("BIO_free", file)
    return str(path)


def make(directory: Path, days: tuple[float, float]) -> dict[str, str]:
    """One for localhost: what tells the edge to serve it."""
    key = call("EVP_PKEY_Q_keygen", None, None, b"EC", b"P-256")
    one = certificate("localhost", days, key)
    nothing = (None, None, 0, None, None)  # no password
    return {
        "EDGE_CERTIFICATE": write(directory / "tls.pem", "PEM_write_bio_X509", one),
        "EDGE_KEY": write(
            directory / "key.pem", "PEM_write_bio_PrivateKey", key, *nothing
        ),
    }
