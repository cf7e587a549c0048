"""Repository of the pieces and volumes of copies, in a container whose blobs expire after some days."""

from collections.abc import Collection, Sequence

from adapters.storage.blobs import EXPORTS, Blobs, delete, read, refusals


class Copies:
    """Folders of copies: `{account}/{work}/` with the volumes, and the pieces in `pieces/`."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def put_piece(self, account_id: str, work_id: str, name: str, content: bytes) -> None:
        container = await self._blobs.container(EXPORTS)
        with refusals():
            await container.upload_blob(_piece(account_id, work_id, name), content, overwrite=True)

    async def read_piece(self, account_id: str, work_id: str, name: str) -> bytes | None:
        container = await self._blobs.container(EXPORTS)
        return await read(container.get_blob_client(_piece(account_id, work_id, name)))

    async def stage_volume(
        self, account_id: str, work_id: str, name: str, block: str, content: bytes
    ) -> None:
        container = await self._blobs.container(EXPORTS)
        with refusals():
            blob = container.get_blob_client(_volume(account_id, work_id, name))
            await blob.stage_block(block, content)

    async def commit_volume(self, account_id: str, work_id: str, name: str, blocks: Sequence[str]) -> None:
        from azure.storage.blob import BlobBlock  # noqa: PLC0415

        container = await self._blobs.container(EXPORTS)
        with refusals():
            blob = container.get_blob_client(_volume(account_id, work_id, name))
            await blob.commit_block_list([BlobBlock(block) for block in blocks])

    async def read_volume(self, account_id: str, work_id: str, name: str) -> bytes | None:
        container = await self._blobs.container(EXPORTS)
        return await read(container.get_blob_client(_volume(account_id, work_id, name)))

    async def delete_copy(self, account_id: str, work_id: str, *, keep: Collection[str]) -> None:
        container = await self._blobs.container(EXPORTS)
        kept = {_volume(account_id, work_id, name) for name in keep}
        folder = f"{account_id}/{work_id}/"
        with refusals():
            names = [name async for name in container.list_blob_names(name_starts_with=folder)]
        for name in names:
            if name not in kept:
                await delete(container.get_blob_client(name))


def _piece(account_id: str, work_id: str, name: str) -> str:
    return f"{account_id}/{work_id}/pieces/{name}"


def _volume(account_id: str, work_id: str, name: str) -> str:
    return f"{account_id}/{work_id}/{name}.zip"
