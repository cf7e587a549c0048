"""Queues and pictures. Without a connection string the app signs in with its managed identity."""

from functools import cache

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


@cache
def load() -> Storage:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Storage)
