"""Kinds of steps of a history. A new feature adds its own: a function and a line of `STEPS`, here or beside.

Steps of the owner type private texts of the world. Steps of others show their answers to the world. Nobody's
choices depend on a text.
"""

from datetime import UTC, datetime, timedelta

import wiring.operations
import wiring.relationships.reminders
from domain.operations.orders import OrderMessage, carry_out
from tests.functions.cards.test_api_cards import shown
from tests.functions.privacy.test_copy import copied, opened
from tests.non_interference import exchange_steps
from tests.non_interference.worlds import CANARIES, Step, World


def _content(world: World) -> dict:
    """A contact that says nothing in the clear but that it is there."""
    texts = world.texts
    return {
        "name": texts.line(),
        "title": texts.line(),
        "tags": [texts.line(40) for _ in range(world.choices.randint(0, 3))],
        "groups": [texts.line(40)],
        "customFields": [{"label": texts.line(), "text": texts.some(400)}],
        "met": {"event": texts.line()},
        "emails": [{"address": f"{texts.line(13).split()[0]}@example.com"}],
        "importance": world.choices.randint(0, 5),
    }


async def make_contact(world: World) -> None:
    headers = {"Idempotency-Key": f"key-{world.choices.random()}"}
    made = await world.owner.api("POST", "contacts", json=_content(world), headers=headers)
    assert made.is_success, made.text
    world.owner.remember("con", made)
    # Under the same key, but of something else.
    await world.owner.api("POST", "contacts", json=_content(world), headers=headers)


async def change_contact(world: World) -> None:
    await world.owner.changed("PUT", f"contacts/{world.one_of('con')}", json=_content(world))


async def tag_contacts(world: World) -> None:
    tags = [world.texts.line(40) for _ in range(2)]
    wanted = {"ids": [world.one_of("con")], "add": tags, "remove": []}
    await world.owner.api("POST", "contact-taggings", json=wanted)


async def delete_contact(world: World) -> None:
    await world.owner.changed("DELETE", f"contacts/{world.one_of('con')}")


async def restore_contact(world: World) -> None:
    await world.owner.changed("PUT", f"contacts/{world.one_of('con')}/restoration")


async def erase_contact(world: World) -> None:
    await world.owner.changed("DELETE", f"contacts/{world.one_of('con')}/restoration")


async def write_note(world: World) -> None:
    body = {"text": world.texts.some(world.choices.choice((50, 400, 4000)))}
    answer = await world.owner.api("POST", f"contacts/{world.one_of('con')}/notes", json=body)
    world.owner.remember("nte", answer)


async def write_a_note_that_is_refused(world: World) -> None:
    wrong = world.choices.choice(("\x00", "x" * 10_001))
    body = {"text": world.texts.some(50) + wrong}
    await world.owner.api("POST", f"contacts/{world.one_of('con')}/notes", json=body)
    await world.owner.send(f"/my/contacts/{world.one_of('con')}/new-note", text=body["text"], then="save")


async def preview_note(world: World) -> None:
    path = f"/my/contacts/{world.one_of('con')}/new-note"
    await world.owner.send(path, text=world.texts.some(400), then="preview")


async def change_note(world: World) -> None:
    await world.owner.changed("PUT", f"notes/{world.one_of('nte')}", json={"text": world.texts.some(400)})


async def delete_note(world: World) -> None:
    await world.owner.changed("DELETE", f"notes/{world.one_of('nte')}")


async def restore_note(world: World) -> None:
    await world.owner.changed("PUT", f"notes/{world.one_of('nte')}/restoration")


async def erase_note(world: World) -> None:
    await world.owner.changed("DELETE", f"notes/{world.one_of('nte')}/restoration")


async def merge_contacts(world: World) -> None:
    kept, gone = world.one_of("con"), world.one_of("con")
    body = {"keepId": kept, "dropId": gone}
    for name, contact in (("keepVersion", kept), ("dropVersion", gone)):
        etag = (await world.owner.api("GET", f"contacts/{contact}")).headers.get("etag", '"1"')
        body[name] = int(etag.strip('"'))
    world.owner.remember("mrg", await world.owner.api("POST", "contact-merges", json=body))


async def undo_merge(world: World) -> None:
    await world.owner.changed("DELETE", f"contact-merges/{world.one_of('mrg')}")


async def import_a_file(world: World) -> None:
    # Each file another one, with a row that can be a contact in both worlds: the rest is its owner's to see.
    name, note = f"Somebody {world.choices.random()}", world.texts.line(40)
    text = f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{name}\r\nNOTE:{note}\r\nEND:VCARD\r\n"
    headers = {"Content-Type": "text/vcard"}
    answer = await world.owner.api("POST", "imports", content=text.encode(), headers=headers)
    world.owner.remember("imp", answer)


async def other_asks_for_merges_and_imports(world: World) -> None:
    merge, kept, file = world.one_of("mrg"), world.one_of("con"), world.one_of("imp")
    places = (
        f"contact-merges/{merge}", "contact-merges", f"imports/{file}", "imports", f"imports/{file}/rows",
        f"contacts/{kept}/history", "contact-duplicates",
    )  # fmt: skip
    for place in places:
        world.see("other asks", await world.other.api("GET", place))
    body = {"keepId": kept, "keepVersion": 1, "dropId": world.one_of("con"), "dropVersion": 1}
    world.see("other merges", await world.other.api("POST", "contact-merges", json=body))


async def set_reminder(world: World) -> None:
    body = {"text": world.texts.some(world.choices.choice((13, 400))), "silentWeeks": 8}
    if world.choices.random() < 0.5:
        body = {"text": body["text"], "on": str(datetime.now(UTC).date())}
    headers = {"Idempotency-Key": f"reminder-{world.choices.random()}"}
    path = f"contacts/{world.one_of('con')}/reminders"
    world.owner.remember("rem", await world.owner.api("POST", path, json=body, headers=headers))


async def set_a_reminder_that_is_refused(world: World) -> None:
    body = {"text": world.texts.some(50), "on": "2020-01-02"}
    await world.owner.api("POST", f"contacts/{world.one_of('con')}/reminders", json=body)
    await world.owner.send(f"/my/contacts/{world.one_of('con')}/new-reminder", **body)


async def change_reminder(world: World) -> None:
    body = {"text": world.texts.some(400), "silentWeeks": 3}
    await world.owner.changed("PUT", f"reminders/{world.one_of('rem')}", json=body)


async def act_on_reminder(world: World) -> None:
    path = f"reminders/{world.one_of('rem')}"
    etag = (await world.owner.api("GET", path)).headers.get("etag", '"1"')
    method, act = world.choices.choice((("PUT", "/done"), ("DELETE", "/done"), ("DELETE", "")))
    await world.owner.api(method, f"{path}{act}", headers={"If-Match": etag})


async def reminders_ring(world: World) -> None:
    """As the timer does, a day later; then the mail is ordered, sent and looked at."""
    from domain.relationships.reminders.ringing import ring_of  # noqa: PLC0415 - what the host loaded

    owner = (await world.owner.api("GET", "account")).json()["id"]
    ports = wiring.relationships.reminders.ringing()
    await ring_of(owner, datetime.now(UTC) + timedelta(days=1), ports=ports)
    message = OrderMessage(container="relations", owner_id=owner, order_id=f"order-reminder-mail-{owner}")
    await carry_out(message, effects=wiring.operations.effects(), orders=wiring.operations.orders())
    await world.host.drain_queue("mail")


async def look_at_ones_own(world: World) -> None:
    contact = world.one_of("con")
    for page in ("/my/contacts", f"/my/contacts/{contact}", f"/my/contacts/{contact}/notes", "/my",
                 "/my/reminders", "/my/relationships"):  # fmt: skip
        await world.owner.get(page)
    await world.owner.api("GET", "contact-tags")


async def publish_card(world: World) -> None:
    path = f"cards/{world.owner.ids['crd'][0]}"
    content = shown(name="Owner", title=f"Title {world.choices.randint(0, 9)}")
    await world.owner.changed("PUT", path, json=content)
    await world.owner.changed("PUT", f"{path}/publication")


async def stranger_opens_the_card(world: World) -> None:
    form = world.choices.choice(("", ".vcf", ".json", ".txt"))
    answer = await world.stranger.get(f"/c/{world.handle}{form}")
    world.see(f"card{form}", answer)


async def stranger_asks(world: World) -> None:
    contact, note = world.one_of("con"), world.one_of("nte")
    places = ("/my/contacts", f"/my/contacts/{contact}", f"/my/notes/{note}/edit", f"/api/v1/notes/{note}",
              f"/api/v1/contacts/{contact}/notes", "/api/v1/contact-tags", "/health", "/")  # fmt: skip
    world.see("stranger", await world.stranger.get(world.choices.choice(places)))


async def other_reads(world: World) -> None:
    contact, note, reminder = world.one_of("con"), world.one_of("nte"), world.one_of("rem")
    place = world.choices.choice(
        (
            f"contacts/{contact}", f"contacts/{contact}/restoration", f"contacts/{contact}/notes",
            f"contacts/{contact}/deleted-notes", f"notes/{note}", f"notes/{note}/restoration", "contacts",
            "contact-tags", "deleted-contacts", f"contacts?cursor={contact}", f"reminders/{reminder}",
            f"reminders/{reminder}/restoration", f"contacts/{contact}/reminders", "reminders", "suggestions",
        )
    )  # fmt: skip
    world.see("other reads", await world.other.api("GET", place))


async def other_opens_pages(world: World) -> None:
    contact, note = world.one_of("con"), world.one_of("nte")
    place = world.choices.choice(
        (
            "/my", "/my/contacts", f"/my/contacts/{contact}", f"/my/contacts/{contact}/notes",
            f"/my/notes/{note}/edit", f"/my/notes/{note}/erasure", f"/c/{world.handle}",
            f"/my/contacts?done=deleted&contact={contact}", "/my/reminders", "/my/relationships",
            f"/my/reminders/{world.one_of('rem')}", f"/my/contacts/{contact}/new-reminder",
            f"/my/reminders?done=deleted&reminder={world.one_of('rem')}",
        )
    )  # fmt: skip
    world.see("other opens", await world.other.get(place))


async def other_writes(world: World) -> None:
    contact, note = world.one_of("con"), world.one_of("nte")
    method, place, body = world.choices.choice(
        (
            ("PUT", f"contacts/{contact}", {"name": "Mine"}),
            ("DELETE", f"contacts/{contact}", None),
            ("PUT", f"contacts/{contact}/restoration", None),
            ("POST", f"contacts/{contact}/notes", {"text": "Mine"}),
            ("PUT", f"notes/{note}", {"text": "Mine"}),
            ("DELETE", f"notes/{note}", None),
            ("PUT", f"notes/{note}/restoration", None),
            ("DELETE", f"notes/{note}/restoration", None),
            ("POST", "contact-taggings", {"ids": [contact], "add": ["mine"]}),
            ("POST", "contacts", {"name": "Mine", "entityId": contact}),
            ("POST", f"contacts/{contact}/reminders", {"text": "Mine", "silentWeeks": 1}),
            ("PUT", f"reminders/{world.one_of('rem')}/done", None),
            ("PUT", f"contacts/{contact}/dismissal", {"kind": "cooling", "reason": "0" * 32}),
        )
    )
    headers = {} if method == "POST" else {"If-Match": '"1"'}
    world.see("other writes", await world.other.api(method, place, json=body, headers=headers))


async def other_gets_a_copy(world: World) -> None:
    """The copy of another person's data, with all that is in it. An account may have few of them in a day."""
    work = await copied(world.host, (await world.other.api("GET", "account")).json()["id"])
    for name, content in sorted((await opened(work)).items()):
        world.seen.append(world.plain(f"copy {name} {content.decode(errors='replace')}"))


async def log_interaction(world: World) -> None:
    body = {"kind": world.choices.choice(("meeting", "call", "mail")), "day": f"{datetime.now(UTC):%Y-%m-%d}"}
    await world.owner.api("POST", f"contacts/{world.one_of('con')}/interactions", json=body)


async def other_asks_to_connect(world: World) -> None:
    answer = await world.other.api("POST", "connection-requests", json={"handle": world.handle})
    world.see("other asks", answer)


async def owner_answers(world: World) -> None:
    """What is kept of a connected person is as private as any other contact."""
    waiting = (await world.owner.api("GET", "connection-requests")).json()["data"]
    for request in waiting:
        path = f"connection-requests/{request['id']}"
        etag = (await world.owner.api("GET", f"connections/{request['id']}")).headers.get("etag", "")
        how = world.choices.choice(("acceptance", "acceptance", "decline"))
        body = {} if how == "acceptance" else None
        answer = await world.owner.api("PUT", f"{path}/{how}", json=body, headers={"If-Match": etag})
        if answer.is_success and answer.content and (contact := answer.json().get("contactId")):
            world.owner.ids.setdefault("con", []).append(contact)


async def owner_disconnects(world: World) -> None:
    for link in (await world.owner.api("GET", "connections")).json()["data"]:
        await world.owner.changed("DELETE", f"connections/{link['id']}")


async def other_looks_at_connections(world: World) -> None:
    reminder, contact = world.one_of("rem"), world.one_of("con")
    places = (
        "connections", "connection-requests", f"reminders/{reminder}", f"contacts/{contact}/reminders",
        f"contacts/{contact}/interactions", f"contacts/{contact}/strength",
    )  # fmt: skip
    for place in places:
        world.see("other looks", await world.other.api("GET", place))
    for page in ("/my/requests", "/my/relationships", "/my/reminders"):
        world.see("other looks", await world.other.get(page))


async def owner_searches(world: World) -> None:
    await world.owner.send("/my/contact-search", q=world.texts.line())


async def other_searches(world: World) -> None:
    """For what somebody else wrote, in either world."""
    word = world.choices.choice((*CANARIES, "tea", "Mark"))
    world.see("other searches", await world.other.send("/my/contact-search", q=word))


async def orders_are_carried_out(world: World) -> None:
    await world.host.drain_queue("orders")


# Each kind with its weight.
STEPS: dict[Step, int] = {
    make_contact: 6,
    change_contact: 3,
    tag_contacts: 3,
    delete_contact: 2,
    restore_contact: 2,
    erase_contact: 1,
    write_note: 8,
    write_a_note_that_is_refused: 2,
    preview_note: 1,
    change_note: 3,
    delete_note: 2,
    restore_note: 2,
    erase_note: 1,
    owner_searches: 2,
    other_searches: 3,
    merge_contacts: 3,
    undo_merge: 2,
    import_a_file: 2,
    other_asks_for_merges_and_imports: 3,
    set_reminder: 4,
    set_a_reminder_that_is_refused: 1,
    change_reminder: 2,
    act_on_reminder: 2,
    reminders_ring: 1,
    look_at_ones_own: 2,
    publish_card: 1,
    orders_are_carried_out: 2,
    stranger_opens_the_card: 3,
    stranger_asks: 3,
    other_reads: 8,
    other_opens_pages: 3,
    other_writes: 8,
    other_gets_a_copy: 0,
    log_interaction: 2,
    other_asks_to_connect: 3,
    owner_answers: 3,
    owner_disconnects: 1,
    other_looks_at_connections: 3,
    **exchange_steps.STEPS,
}
