"""Creates that are done once: the record of an Idempotency-Key, stored together with what it made."""

import hashlib

from pydantic import BaseModel

from domain.base.errors import KeyReused
from domain.base.model import Model


class Creation[R: BaseModel](Model):
    """What a create made under a key. `key` is a hash of what the caller sent."""

    key: str
    request: str
    made: R

    def repeated(self, request: BaseModel) -> R:
        """Answer the repetition of a create as it was answered first; another request is refused."""
        if self.request != request_hash(request):
            raise KeyReused
        return self.made


def request_hash(request: BaseModel) -> str:
    return hashlib.sha256(request.model_dump_json().encode()).hexdigest()
