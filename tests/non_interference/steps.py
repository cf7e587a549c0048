"""Kinds of steps of a history. A new feature adds its own here: a function and a line of `STEPS`.

Steps of the owner type private texts of the world. Steps of others show their answers to the world. Nobody's
choices depend on a text.
"""

from collections.abc import Awaitable, Callable

from tests.functions.cards.test_api_cards import shown
from tests.functions.privacy.test_copy import copied, opened
from tests.non_interference.worlds import World

Step = Callable[[World], Awaitable[None]]


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


async def look_at_ones_own(world: World) -> None:
    contact = world.one_of("con")
    for page in ("/my/contacts", f"/my/contacts/{contact}", f"/my/contacts/{contact}/notes", "/my"):
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
    contact, note = world.one_of("con"), world.one_of("nte")
    place = world.choices.choice(
        (
            f"contacts/{contact}", f"contacts/{contact}/restoration", f"contacts/{contact}/notes",
            f"contacts/{contact}/deleted-notes", f"notes/{note}", f"notes/{note}/restoration", "contacts",
            "contact-tags", "deleted-contacts", f"contacts?cursor={contact}",
        )
    )  # fmt: skip
    world.see("other reads", await world.other.api("GET", place))


async def other_opens_pages(world: World) -> None:
    contact, note = world.one_of("con"), world.one_of("nte")
    place = world.choices.choice(
        (
            "/my", "/my/contacts", f"/my/contacts/{contact}", f"/my/contacts/{contact}/notes",
            f"/my/notes/{note}/edit", f"/my/notes/{note}/erasure", f"/c/{world.handle}",
            f"/my/contacts?done=deleted&contact={contact}",
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
        )
    )
    headers = {} if method == "POST" else {"If-Match": '"1"'}
    world.see("other writes", await world.other.api(method, place, json=body, headers=headers))


async def other_gets_a_copy(world: World) -> None:
    """The copy of another person's data, with all that is in it. An account may have few of them in a day."""
    work = await copied(world.host, (await world.other.api("GET", "account")).json()["id"])
    for name, content in sorted((await opened(work)).items()):
        world.seen.append(world.plain(f"copy {name} {content.decode(errors='replace')}"))


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
    look_at_ones_own: 2,
    publish_card: 1,
    orders_are_carried_out: 2,
    stranger_opens_the_card: 3,
    stranger_asks: 3,
    other_reads: 8,
    other_opens_pages: 3,
    other_writes: 8,
    other_gets_a_copy: 0,
}
