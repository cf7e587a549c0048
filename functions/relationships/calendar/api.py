"""`/api/v1/calendar-files`: meetings with contacts, read from a calendar, looked at, logged, undone."""

from datetime import date, datetime

import wiring.operations
import wiring.relationships.calendar
from domain.base.model import Closed
from domain.relationships.calendar.file import CalendarFile, Looking, Reason, look_at, read_file
from domain.relationships.calendar.logging import NotLoggedYet, start_logging, start_undo
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, operation

MEDIA = "text/calendar"


class MeetingsOut(Closed):
    contact_id: str
    days: list[date]


class CalendarFileOut(Closed):
    """What a file would log. `leftOut` says how many events are not logged, by the reason."""

    id: str
    events: int
    meetings: list[MeetingsOut]
    left_out: dict[Reason, int]
    created_at: datetime


class StartedOut(Closed):
    """The work that was started; `/api/v1/work/{workId}` tells how far it is."""

    work_id: str


def _out(file: CalendarFile) -> CalendarFileOut:
    meetings = [
        MeetingsOut(contact_id=each.contact_id, days=[day for day, _ in each.days]) for each in file.meetings
    ]
    return CalendarFileOut(
        id=file.id,
        events=file.events,
        meetings=meetings,
        left_out=file.left_out,
        created_at=file.created_at,
    )


async def looked_at(owner_id: str, content: bytes, now: datetime) -> CalendarFile:
    """Read a file and keep what it would log."""
    files = wiring.relationships.calendar.files()
    events = await wiring.relationships.calendar.events(content)
    return await look_at(events, Looking(owner_id, new_id("cal"), now), book=files, files=files)


async def _file(call: Call) -> CalendarFile:
    return await read_file(
        call.account_id, call.params["calendarId"], files=wiring.relationships.calendar.files()
    )


@operation(
    "Read a calendar file, and say which meetings with contacts it would log; nothing is logged yet",
    takes=(MEDIA,),
    answer=CalendarFileOut,
    creates=True,
)
async def post_file(call: Call) -> Answer:
    made = await looked_at(call.account_id, call.content, call.now)
    return Answer(_out(made), location=f"calendar-files/{made.id}")


@operation("What a calendar file would log, or has logged", answer=CalendarFileOut)
async def get_file(call: Call) -> Answer:
    return Answer(_out(await _file(call)))


@operation("Log the meetings of a calendar file; asked again, they are logged once", answer=StartedOut)
async def put_application(call: Call) -> Answer:
    work = await start_logging(
        await _file(call),
        call.now,
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    return Answer(StartedOut(work_id=work.id))


@operation(
    "Take back all meetings that a calendar file has logged", answer=StartedOut, conflicts=(NotLoggedYet,)
)
async def delete_application(call: Call) -> Answer:
    work = await start_undo(
        await _file(call),
        call.now,
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    return Answer(StartedOut(work_id=work.id))
