"""RSA keys of the local vault, each with its versions, in a file or in memory."""

import json
import uuid
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_BITS = 2048
OAEP_256 = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


class Keys:
    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._versions: dict[str, dict[str, rsa.RSAPrivateKey]] = {}
        if file is not None and file.exists():
            stored: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
            self._versions = {
                name: {version: _loaded(pem) for version, pem in versions.items()}
                for name, versions in stored.items()
            }

    def get(self, name: str, version: str) -> tuple[str, rsa.RSAPrivateKey] | None:
        """A version of a key, the newest without one. The first is made when it is asked for."""
        if name not in self._versions and not version:
            return self.rotate(name)
        versions = self._versions.get(name, {})
        found = version or next(reversed(versions), "")
        return (found, versions[found]) if found in versions else None

    def rotate(self, name: str) -> tuple[str, rsa.RSAPrivateKey]:
        version, key = uuid.uuid4().hex, rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
        self._versions.setdefault(name, {})[version] = key
        if self._file is not None:
            stored = {
                each: {number: _text(one) for number, one in versions.items()}
                for each, versions in self._versions.items()
            }
            new = self._file.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_text(json.dumps(stored), "utf-8")
            new.replace(self._file)
        return version, key


def _loaded(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - what was written
    return key


def _text(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
