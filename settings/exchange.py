"""The key that signs receipts of consent."""

from functools import cache

from pydantic import Field

from settings import read
from settings.fields import Group, SealingKey


class Exchange(Group):
    receipt_key: SealingKey = Field(
        alias="RECEIPT_KEY",
        description="32 random bytes in base64; signs the receipts of details that people leave on cards.",
    )


@cache
def load() -> Exchange:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Exchange)
