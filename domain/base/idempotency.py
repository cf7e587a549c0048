"""Idempotent creates: the record of an Idempotency-Key, stored together with the created document."""

import hashlib

from pydantic import BaseModel

from domain.base.errors import KeyReused
from domain.base.model import Model


class Creation[R: BaseModel](Model):
    """Record of a create under an Idempotency-Key. `key` is a hash of the caller's."""

    key: str
    request: str
    made: R

    def repeated(self, request: BaseModel) -> R:
        """Return the result of the first create for a repetition; refuse a different request."""
        if self.request != request_hash(request):
            raise KeyReused
        return self.made


def request_hash(request: BaseModel) -> str:
    return hashlib.sha256(request.model_dump_json().encode()).hexdigest()
