"""What a directory has asked for: when, about whom, which fields, and what came of it. Never any values."""

from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from domain.base.model import Model

What = Literal["create", "link", "change", "deactivate", "activate", "delete", "refused"]
# Fields of one entry, and characters of a result.
MOST_FIELDS: Final = 20


class Entry(Model):
    """`subject_id` is of a person or a team; `refusal` is the code of what was refused.

    In a `preview` nothing of it was written.
    """

    id: str
    org_id: str
    at: datetime
    source_id: str
    kind: Literal["person", "team"]
    what: What
    subject_id: str | None = None
    fields: list[str] = Field(default=[])
    people: int = 0
    refusal: str = ""
    preview: bool = False
