"""`/api/v1/organisations/{organisationId}/templates`: templates, their drafts and their releases."""

import secrets
from datetime import datetime

from pydantic import Field

import wiring.organisations.brand
import wiring.organisations.templates
from domain.base.errors import KeyReused
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.organisations.organisation import Creating
from domain.organisations.roles import NotAllowed
from domain.organisations.templates.rules import PRESETS, Preset, Rules, TemplateContent, preset
from domain.organisations.templates.templates import (
    NothingToRelease,
    Release,
    Template,
    TemplateVersion,
    change_template,
    make_template,
    read_template,
    release_template,
    take_up,
)
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in


class TemplateOut(Closed):
    """A template. `number` is that of the release in force; without one no card follows it."""

    id: str
    draft: TemplateContent
    number: int
    created_at: datetime
    updated_at: datetime


class TemplateList(Closed):
    data: list[TemplateOut]


class ReleaseOut(Closed):
    """What the template said from a moment on. `releasedBy` is a member. `designedBy` is the name of the
    designer of iZwop whose proposal it was.
    """

    number: int
    content: TemplateContent
    released_by: str
    released_at: datetime
    designed_by: str | None


class ReleaseList(Closed):
    data: list[ReleaseOut]
    page: Page


class PresetOut(Closed):
    name: Preset
    rules: Rules


class PresetList(Closed):
    data: list[PresetOut]


class TakeUp(Closed):
    number: int = Field(ge=1, le=99_999_999, description="Of the release whose content the draft is to have.")


def _out(template: Template) -> TemplateOut:
    return TemplateOut(
        id=template.id,
        draft=template.draft,
        number=template.number,
        created_at=template.created_at,
        updated_at=template.updated_at,
    )


def _release_out(release: Release) -> ReleaseOut:
    return ReleaseOut(
        number=release.number,
        content=release.content,
        released_by=release.released_by,
        released_at=release.released_at,
        designed_by=release.designed_by,
    )


@operation("The templates of an organisation, the newest first", answer=TemplateList, conflicts=(NotAllowed,))
async def list_templates(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    found = await wiring.organisations.templates.store().all(by.organisation.id)
    return Answer(TemplateList(data=[_out(each) for each in found]))


@operation(
    "Make a template; no card follows it before it is released",
    body=TemplateContent,
    answer=TemplateOut,
    creates=True,
    conflicts=(KeyReused, LimitReached, NotAllowed),
)
async def post_template(call: Call[TemplateContent]) -> Answer:
    by = await acting_in(call, "change_templates")
    creating = Creating(call.key or secrets.token_hex(), call.now)
    made = await make_template(
        by,
        call.body,
        creating,
        templates=wiring.organisations.templates.store(),
        brands=wiring.organisations.brand.store(),
    )
    place = f"organisations/{by.organisation.id}/templates/{made.id}"
    return Answer(_out(made), made.version, location=place)


@operation("One template", answer=TemplateOut, conflicts=(NotAllowed,))
async def get_template(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    found = await read_template(
        by, call.params["templateId"], templates=wiring.organisations.templates.store()
    )
    return Answer(_out(found), found.version)


@operation(
    "Change the draft of a template; cards change when it is released",
    body=TemplateContent,
    answer=TemplateOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_template(call: Call[TemplateContent]) -> Answer:
    of = TemplateVersion(await acting_in(call, "change_templates"), call.params["templateId"], call.version)
    changed = await change_template(
        of,
        call.body,
        now=call.now,
        templates=wiring.organisations.templates.store(),
        brands=wiring.organisations.brand.store(),
    )
    return Answer(_out(changed), changed.version)


@operation(
    "Put the draft of a template in force",
    answer=TemplateOut,
    versioned=True,
    conflicts=(NotAllowed, NothingToRelease),
)
async def put_release(call: Call) -> Answer:
    of = TemplateVersion(await acting_in(call, "release_templates"), call.params["templateId"], call.version)
    store, settle = wiring.organisations.templates.store(), wiring.organisations.settle
    released = await release_template(of, now=call.now, templates=store, settle=settle)
    return Answer(_out(released), released.version)


@operation(
    "The releases of a template, the newest first", answer=ReleaseList, lists=True, conflicts=(NotAllowed,)
)
async def list_releases(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    store = wiring.organisations.templates.store()
    template = await read_template(by, call.params["templateId"], templates=store)
    found, following = await store.releases(template.org_id, template.id, call.limit, call.cursor)
    return Answer(ReleaseList(data=[_release_out(each) for each in found], page=Page(next=following)))


@operation(
    "Make the content of a release the draft again",
    body=TakeUp,
    answer=TemplateOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_draft(call: Call[TakeUp]) -> Answer:
    of = TemplateVersion(await acting_in(call, "change_templates"), call.params["templateId"], call.version)
    store = wiring.organisations.templates.store()
    taken = await take_up(of, call.body.number, now=call.now, templates=store)
    return Answer(_out(taken), taken.version)


@operation("Rules to begin a template with", answer=PresetList, conflicts=(NotAllowed,))
async def list_presets(call: Call) -> Answer:
    await acting_in(call, "see_templates")
    return Answer(PresetList(data=[PresetOut(name=name, rules=preset(name)) for name in PRESETS]))
