"""Snapshots of search indexes, sealed, in a container of their own: `{owner}/{name}`."""

from adapters.storage.blobs import SEARCH, Blobs, delete, read, refusals


class SearchSnapshots:
    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def put(self, owner_id: str, name: str, content: bytes) -> None:
        container = await self._blobs.container(SEARCH)
        with refusals():
            await container.upload_blob(f"{owner_id}/{name}", content, overwrite=True)

    async def get(self, owner_id: str, name: str) -> bytes | None:
        container = await self._blobs.container(SEARCH)
        return await read(container.get_blob_client(f"{owner_id}/{name}"))

    async def names(self, owner_id: str) -> list[str]:
        container, folder = await self._blobs.container(SEARCH), f"{owner_id}/"
        with refusals():
            return [
                name.removeprefix(folder) async for name in container.list_blob_names(name_starts_with=folder)
            ]

    async def delete(self, owner_id: str, name: str) -> None:
        container = await self._blobs.container(SEARCH)
        await delete(container.get_blob_client(f"{owner_id}/{name}"))
