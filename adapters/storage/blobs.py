"""Blob storage: pictures as they were sent, files that cards show, copies of data, search indexes.

All containers are private: people send to a signed URL, and see files only through a card or as their owner.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from domain.base.errors import Unavailable, UploadUnusable
from domain.images.image import FileKept, SignedUpload
from domain.images.sweep import StoredFile

if TYPE_CHECKING:
    from azure.storage.blob import BlobProperties, UserDelegationKey
    from azure.storage.blob.aio import BlobClient, BlobServiceClient, ContainerClient

log = logging.getLogger("izwop.blobs")

UPLOADS, MEDIA, EXPORTS, SEARCH = "uploads", "media", "exports", "search"
UPLOAD_TIME: Final = timedelta(minutes=10)
_KEY_TIME: Final = timedelta(hours=6)
# Tolerance for clock skew: a service whose clock is behind refuses a signature that begins now.
_SKEW: Final = timedelta(minutes=5)
# A person waits for the answer: the SDK's own pauses between tries add up to a minute.
_PATIENCE: Final[dict[str, Any]] = {
    "initial_backoff": 1, "increment_base": 1, "random_jitter_range": 1, "retry_total": 2,
    "connection_timeout": 5,
}  # fmt: skip
_BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
_TYPES: Final = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
_NAME: Final = re.compile(r"[0-9a-f]{32}\.(webp|jpg|png)")


class Blobs:
    """Without a connection string it signs in with the app's identity and signs with a delegated key.

    The identity finds its containers made and may make none; with a connection string they are made here.
    `upload_origin` is where browsers reach uploads when the store is private.
    """

    def __init__(
        self, connection: str | None, account_url: str | None, upload_origin: str | None = None
    ) -> None:
        self._connection, self._account_url = connection, account_url
        self._upload_origin = upload_origin
        self._opening = asyncio.Lock()
        self._client: BlobServiceClient | None = None
        self._delegated: UserDelegationKey | None = None
        self._delegated_until = datetime.min.replace(tzinfo=UTC)

    async def sign_upload(self, account_id: str, image_id: str, now: datetime) -> SignedUpload:
        """Signed URL for one PUT that creates the upload; it permits no reading, replacing or leasing.

        The permission to create a blob includes snapshots of it, so uploads are deleted with their snapshots.
        """
        from azure.storage.blob import BlobSasPermissions, generate_blob_sas  # noqa: PLC0415

        blob, expires_at = await self._upload(account_id, image_id), now + UPLOAD_TIME
        local = blob.url.startswith("http:")
        token = generate_blob_sas(
            container_name=UPLOADS,
            blob_name=blob.blob_name,
            **await self._signing_key(now),
            permission=BlobSasPermissions(create=True),
            start=now - _SKEW,
            expiry=expires_at,
            protocol=None if local else "https",
        )
        url = blob.url
        if self._upload_origin is not None:
            url = f"{self._upload_origin}/{UPLOADS}/{quote(blob.blob_name)}"
        return SignedUpload(f"{url}?{token}", {"x-ms-blob-type": "BlockBlob"}, expires_at)

    async def put_upload(self, account_id: str, image_id: str, content: bytes) -> bool:
        """Store the upload; False if another one is stored. A repetition with the same bytes is no error."""
        from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError  # noqa: PLC0415
        from azure.storage.blob import ContentSettings  # noqa: PLC0415

        blob = await self._upload(account_id, image_id)
        digest = bytearray(hashlib.md5(content, usedforsecurity=False).digest())
        settings = ContentSettings(content_type="application/octet-stream", content_md5=digest)
        with refusals():
            try:
                await blob.upload_blob(content, overwrite=False, content_settings=settings)
            except ResourceExistsError:
                try:
                    there = await blob.get_blob_properties()
                except ResourceNotFoundError:  # worked on meanwhile, and deleted
                    return False
                same = bytes(there.content_settings.content_md5 or b"") == bytes(digest)
                return same and _is_plain(there)
        return True

    async def upload_size(self, account_id: str, image_id: str) -> int | None:
        from azure.core.exceptions import ResourceNotFoundError  # noqa: PLC0415

        blob = await self._upload(account_id, image_id)
        with refusals(), _conflicts(), suppress(ResourceNotFoundError):
            there = await blob.get_blob_properties()
            if not _is_plain(there):
                raise UploadUnusable
            return int(there.size)
        return None

    async def read_upload(self, account_id: str, image_id: str, limit: int) -> bytes | None:
        blob = await self._upload(account_id, image_id)
        with suppress(UploadUnusable), _conflicts():
            return await read(blob, limit)
        return None

    async def delete_upload(self, account_id: str, image_id: str) -> None:
        await delete(await self._upload(account_id, image_id))

    async def delete_uploads(self, before: datetime) -> tuple[int, int]:
        """Delete the uploads from before a time; return the numbers of deleted ones and of failures."""
        container, deleted, kept = await self.container(UPLOADS), 0, 0
        async for found in container.list_blobs():
            if found.last_modified < before:
                try:
                    await delete(container.get_blob_client(found.name))
                    deleted += 1
                except FileKept:
                    kept += 1
        return deleted, kept

    async def put_media(self, name: str, content: bytes, *, account_id: str, image_id: str) -> None:
        from azure.storage.blob import ContentSettings  # noqa: PLC0415

        blob = (await self.container(MEDIA)).get_blob_client(name)
        settings = ContentSettings(content_type=_TYPES[name.rpartition(".")[2]])
        # Metadata for the sweep: the image of the file. It is never sent to a client.
        owner = {"account": account_id, "image": image_id}
        with refusals():
            await blob.upload_blob(content, overwrite=True, content_settings=settings, metadata=owner)

    async def open_media(self, name: str) -> tuple[bytes, str] | None:
        """Content and content type of a file, None if there is none of this name."""
        match = _NAME.fullmatch(name)
        if match is None:
            return None
        content = await read((await self.container(MEDIA)).get_blob_client(name))
        return None if content is None else (content, _TYPES[match[1]])

    async def delete_media(self, name: str) -> None:
        await delete((await self.container(MEDIA)).get_blob_client(name))

    async def media_before(self, before: datetime) -> AsyncIterator[StoredFile]:
        """Files that were stored before a time."""
        container = await self.container(MEDIA)
        async for found in container.list_blobs(include=["metadata"]):
            if found.last_modified < before:
                owner = found.metadata or {}
                yield StoredFile(found.name, owner.get("account", ""), owner.get("image", ""))

    async def look(self) -> None:
        """Fail unless both containers answer."""
        with refusals():
            for name in (UPLOADS, MEDIA):
                await (await self.container(name)).get_container_properties()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _upload(self, account_id: str, image_id: str) -> "BlobClient":
        return (await self.container(UPLOADS)).get_blob_client(f"{account_id}/{image_id}")

    async def container(self, name: str) -> "ContainerClient":
        """One of the containers, for what else is kept there."""
        async with self._opening:
            if self._client is None:
                self._client = await self._open()
        return self._client.get_container_client(name)

    async def _signing_key(self, now: datetime) -> dict[str, Any]:
        client = self._client
        assert client is not None  # noqa: S101 - whoever signs has a blob, and with it the client
        # Asked of the account's client: one below it takes a longer path for its account's name.
        name = {"account_name": client.account_name}
        if self._connection is not None:
            return name | {"account_key": client.credential.account_key}
        if self._delegated is None or self._delegated_until < now + UPLOAD_TIME:
            with refusals():
                self._delegated = await client.get_user_delegation_key(now - _SKEW, now + _KEY_TIME)
            self._delegated_until = now + _KEY_TIME
        return name | {"user_delegation_key": self._delegated}

    async def _open(self) -> "BlobServiceClient":
        from azure.core.exceptions import ResourceExistsError  # noqa: PLC0415
        from azure.storage.blob.aio import BlobServiceClient  # noqa: PLC0415

        if self._connection is None:
            from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415

            credential = DefaultAzureCredential()
            return BlobServiceClient(self._account_url or "", credential=credential, **_PATIENCE)
        client = BlobServiceClient.from_connection_string(self._connection, **_PATIENCE)
        try:
            for name in (UPLOADS, MEDIA, EXPORTS, SEARCH):
                with refusals(), suppress(ResourceExistsError):
                    await client.create_container(name)
        except BaseException:
            await client.close()
            raise
        return client


@contextmanager
def refusals() -> Iterator[None]:
    from azure.core.exceptions import (  # noqa: PLC0415
        HttpResponseError,
        ServiceRequestError,
        ServiceResponseError,
    )

    try:
        yield
    except HttpResponseError as exc:
        if exc.status_code not in _BUSY and (exc.status_code or 0) < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        log.warning("blobs_busy status=%s", exc.status_code)
        raise Unavailable from None
    except (ServiceRequestError, ServiceResponseError) as exc:
        log.warning("blobs_unreachable error=%s", type(exc).__name__)
        raise Unavailable from None


async def read(blob: "BlobClient", limit: int | None = None) -> bytes | None:
    from azure.core.exceptions import ResourceNotFoundError  # noqa: PLC0415

    with refusals(), suppress(ResourceNotFoundError):
        stream = await blob.download_blob(offset=None if limit is None else 0, length=limit)
        return await stream.readall()
    return None


def _is_plain(upload: "BlobProperties") -> bool:
    """Whether the upload is a readable block blob: the signed URL also permits page blobs and archives."""
    return upload.blob_type == "BlockBlob" and upload.blob_tier != "Archive"


@contextmanager
def _conflicts() -> Iterator[None]:
    """Raise `UploadUnusable` for a blob with a customer-provided key or in the archive tier (409)."""
    from azure.core.exceptions import HttpResponseError  # noqa: PLC0415

    try:
        yield
    except HttpResponseError as exc:
        if exc.status_code != HTTPStatus.CONFLICT:
            raise
        raise UploadUnusable from None


async def delete(blob: "BlobClient") -> None:
    """Delete a blob and its snapshots. Raises `FileKept`."""
    from azure.core.exceptions import HttpResponseError, ResourceNotFoundError  # noqa: PLC0415

    try:
        with refusals(), suppress(ResourceNotFoundError):
            await blob.delete_blob(delete_snapshots="include")
    except HttpResponseError as exc:
        log.warning("blob_kept container=%s error=%s", blob.container_name, getattr(exc, "error_code", ""))
        raise FileKept from None
