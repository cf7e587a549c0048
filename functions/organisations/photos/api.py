"""`/api/v1/organisations/{organisationId}/photos`: photos of people from zips."""

import secrets
from datetime import datetime
from typing import Any

import wiring.images
import wiring.operations
import wiring.organisations.photos
from domain.base.errors import KeyReused
from domain.base.limits import TooManyRequests
from domain.operations.work import Change, WrongWorkState
from domain.organisations.organisation import Creating
from domain.organisations.photos.matching import receive_zip
from domain.organisations.photos.photos import (
    Photos,
    PhotosVersion,
    give_up,
    read_photos,
    rows_of,
    start_setting,
    start_undo,
)
from domain.organisations.roles import NotAllowed
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in
from functions.organisations.imports.api import page_number
from functions.organisations.photos.models import PhotoFileList, PhotosList, PhotosOut, file_out, out
from functions.organisations.staged import change_work_of, started, work_of

MEDIA_TYPES = ("application/zip", "application/x-zip-compressed", "application/octet-stream")


async def _answer(found: Photos, at: datetime) -> Answer:
    return Answer(out(found, await work_of(found), at), found.version)


def _version(call: Call[Any, Any]) -> PhotosVersion:
    return PhotosVersion(call.params["photosId"], call.version)


async def _found(call: Call[Any, Any]) -> Photos:
    by = await acting_in(call, "change_staff_cards")
    return await read_photos(by, call.params["photosId"], photos=wiring.organisations.photos.store())


@operation(
    "Send a zip of photos, at most 40 MB and 1,000 files of 5 MB. Each is named by the identifier or the"
    " address of a person, such as grace@example.com.jpg. Nothing is set yet",
    takes=MEDIA_TYPES,
    answer=PhotosOut,
    creates=True,
    conflicts=(NotAllowed, KeyReused, TooManyRequests),
)
async def post_photos(call: Call) -> Answer:
    by = await acting_in(call, "change_staff_cards")
    creating = Creating(call.key or secrets.token_hex(), call.now)
    found = await receive_zip(by, call.content, creating, to=wiring.organisations.photos.intake())
    place = f"organisations/{by.organisation.id}/photos/{found.id}"
    return Answer(out(found, await work_of(found), call.now), found.version, location=place)


@operation(
    "Zips of photos of the last weeks, newest first",
    answer=PhotosList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_photos(call: Call) -> Answer:
    by = await acting_in(call, "change_staff_cards")
    store = wiring.organisations.photos.store()
    found, following = await store.list(by.organisation.id, call.limit, call.cursor)
    data = [out(each, None, call.now) for each in found]
    return Answer(PhotosList(data=data, page=Page(next=following)))


@operation("A zip of photos and how far it is", answer=PhotosOut, conflicts=(NotAllowed,))
async def get_photos(call: Call) -> Answer:
    return await _answer(await _found(call), call.now)


@operation(
    "Give a zip of photos up before anything is set; it is deleted",
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState),
)
async def remove_photos(call: Call) -> Answer:
    by = await acting_in(call, "change_staff_cards")
    store, uploads = wiring.organisations.photos.store(), wiring.images.blobs()
    await give_up(by, _version(call), now=call.now, photos=store, uploads=uploads)
    return Answer()


@operation(
    "Whose each file is, and what becomes of it: a hundred files in each page",
    answer=PhotoFileList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_files(call: Call) -> Answer:
    found = await _found(call)
    page = page_number(call.cursor)
    rows = await rows_of(found, page, photos=wiring.organisations.photos.store())
    following = str(page + 1) if page + 1 < found.pages else None
    return Answer(PhotoFileList(data=list(map(file_out, rows)), page=Page(next=following)))


@operation(
    "Set the photos of the files that fit, on the cards of their people",
    answer=PhotosOut,
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState),
)
async def put_setting(call: Call) -> Answer:
    by = await acting_in(call, "change_staff_cards")
    store = wiring.organisations.photos.store()
    found = await start_setting(by, _version(call), now=call.now, photos=store)
    return await _answer(await started(found, call.now), call.now)


@operation(
    "Put the earlier photos back, within 24 hours. A photo that somebody has chosen since stays",
    answer=PhotosOut,
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState),
)
async def put_undo(call: Call) -> Answer:
    by = await acting_in(call, "change_staff_cards")
    store = wiring.organisations.photos.store()
    found = await start_undo(by, _version(call), now=call.now, photos=store)
    return await _answer(await started(found, call.now), call.now)


@operation(
    "Pause the long work of a zip of photos after the slice that is under way",
    answer=PhotosOut,
    conflicts=(NotAllowed, WrongWorkState),
)
async def put_pause(call: Call) -> Answer:
    return await _change(call, "pause")


@operation(
    "Go on with the long work of a zip of photos, or try again what had failed",
    answer=PhotosOut,
    conflicts=(NotAllowed, WrongWorkState),
)
async def delete_pause(call: Call) -> Answer:
    return await _change(call, "resume")


async def _change(call: Call, change: Change) -> Answer:
    found = await _found(call)
    await change_work_of(found, change, call.now)
    return await _answer(found, call.now)
