"""Queues, pictures, and a place on the disk.

Without a connection string the app signs in with its managed identity.
"""

import tempfile
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr

from settings import read
from settings.fields import Group, Origin, ServiceUrl


class Storage(Group):
    storage: SecretStr | None = Field(
        default=None, alias="AzureWebJobsStorage", description="A connection string, for local use."
    )
    storage_queues: ServiceUrl | None = Field(
        default=None, alias="AzureWebJobsStorage__queueServiceUri", description="The queue service's address."
    )
    media_blobs: ServiceUrl | None = Field(
        default=None,
        alias="MEDIA_BLOB_SERVICE_URI",
        description="The address of the blob service that keeps pictures; the host's own is another one.",
    )
    upload_origin: Origin | None = Field(
        default=None,
        alias="UPLOAD_ORIGIN",
        description="Where browsers reach uploads if not at the store itself.",
    )
    visit_spool: str = Field(
        default=str(Path(tempfile.gettempdir(), "izwop-visits")),
        alias="VISIT_SPOOL",
        description="A folder of the instance, for visits on their way to their queue.",
    )


@cache
def load() -> Storage:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Storage)
