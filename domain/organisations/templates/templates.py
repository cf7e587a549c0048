"""The templates of an organisation: made, changed as a draft, and put in force by a release.

A release is numbered and never changed. Undoing one puts the content of another in force, as a new release.
"""

import hashlib
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict, KeyReused, NotFound, StaleVersion, Unavailable
from domain.base.idempotency import request_hash
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_TEMPLATES, LimitReached
from domain.base.model import Model
from domain.base.texts import N_
from domain.operations.orders import Order, new_order
from domain.organisations.brand.brand import BrandStore
from domain.organisations.organisation import Acting, Creating, Settle
from domain.organisations.templates.branding import check_brand, content_in_brand
from domain.organisations.templates.rules import TemplateContent
from domain.organisations.templates.staff_content import check_template

# Order, and then long work, of what follows a release: the cards.
APPLYING: Final = "template-release"


class NothingToRelease(Conflict):
    code = "nothing_to_release"
    title = N_("The draft of the template says what is in force already")


class Template(Model):
    """`draft` is being worked on. `number` is that of the release in force, 0 while there is none."""

    id: str
    org_id: str
    version: int = 1
    draft: TemplateContent
    number: int = 0
    request: str = ""
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> "Template":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})


class Release(Model):
    """What a template said from a moment on. `released_by` is a member. `designed_by` is the name of the
    designer of iZwop whose proposal it was.

    `brand` is the version of the brand that is in it, which is in none as it is stored.
    """

    template_id: str
    org_id: str
    number: int
    brand: int = 0
    content: TemplateContent
    released_by: str
    released_at: datetime
    designed_by: str | None = None


class TemplateStore(Protocol):
    async def get(self, org_id: str, template_id: str) -> Template | None: ...
    async def all(self, org_id: str) -> list[Template]:
        """All templates of an organisation, the newest first."""
        ...

    async def create(self, template: Template) -> bool: ...
    async def save(self, template: Template) -> Template: ...
    async def release(self, template: Template, release: Release, order: Order) -> Template:
        """Store a template with its new release and the order of what follows, or nothing."""
        ...

    async def get_release(self, org_id: str, template_id: str, number: int) -> Release | None: ...
    async def releases(
        self, org_id: str, template_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Release], str | None]:
        """A page of the releases of a template, the newest first."""
        ...


class TemplateVersion(NamedTuple):
    """A template as somebody read it, to change it."""

    by: Acting
    template_id: str
    version: int


async def make_template(
    by: Acting, content: TemplateContent, creating: Creating, *, templates: TemplateStore, brands: BrandStore
) -> Template:
    """Make a template that is not in force yet. A repetition under the same key returns the first one."""
    await check_content(by.organisation.id, content, brands=brands)
    org_id = by.organisation.id
    text = f"{org_id} {by.member.id} {creating.key}"
    template_id = make_id(ID_PREFIXES["template"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
    if (done := await templates.get(org_id, template_id)) is not None:
        return _repeated(done, content)
    if len(await templates.all(org_id)) >= MOST_TEMPLATES:
        raise LimitReached(N_("An organisation may have %(most)s templates.", most=MOST_TEMPLATES))
    template = Template(
        id=template_id,
        org_id=org_id,
        draft=content,
        request=request_hash(content),
        created_at=creating.now,
        updated_at=creating.now,
    )
    if await templates.create(template):
        return template
    if (done := await templates.get(org_id, template_id)) is None:
        raise Unavailable
    return _repeated(done, content)


async def check_content(org_id: str, content: TemplateContent, *, brands: BrandStore) -> None:
    """Refuse what no card could say, and what takes from the brand what it does not have."""
    brand = (await brands.get(org_id)).content
    check_brand(content, brand)
    check_template(content_in_brand(content, brand))


def _repeated(done: Template, content: TemplateContent) -> Template:
    if done.request != request_hash(content):
        raise KeyReused
    return done


async def read_template(by: Acting, template_id: str, *, templates: TemplateStore) -> Template:
    found = await templates.get(by.organisation.id, template_id)
    if found is None:
        raise NotFound
    return found


async def _version_of(of: TemplateVersion, templates: TemplateStore) -> Template:
    found = await read_template(of.by, of.template_id, templates=templates)
    if found.version != of.version:
        raise StaleVersion
    return found


async def change_template(
    of: TemplateVersion,
    content: TemplateContent,
    *,
    now: datetime,
    templates: TemplateStore,
    brands: BrandStore,
) -> Template:
    """Change the draft. No card changes before it is released."""
    template = await _version_of(of, templates)
    await check_content(of.by.organisation.id, content, brands=brands)
    return await templates.save(template.changed(now, draft=content))


async def release_template(
    of: TemplateVersion, *, now: datetime, templates: TemplateStore, settle: Settle
) -> Template:
    """Put the draft in force. Long work brings the cards in line."""
    template = await _version_of(of, templates)
    in_force = await templates.get_release(template.org_id, template.id, template.number)
    if in_force is not None and in_force.content == template.draft:
        raise NothingToRelease
    release = Release(
        template_id=template.id,
        org_id=template.org_id,
        number=template.number + 1,
        content=template.draft,
        released_by=of.by.member.id,
        released_at=now,
    )
    order = new_order(APPLYING, template.org_id, template.id, now, container="organisations")
    released = await templates.release(template.changed(now, number=release.number), release, order)
    await settle(order)
    return released


async def take_up(of: TemplateVersion, number: int, *, now: datetime, templates: TemplateStore) -> Template:
    """Make the content of a release the draft again, such as that of the one before, to undo the latest."""
    template = await _version_of(of, templates)
    release = await templates.get_release(template.org_id, template.id, number)
    if release is None:
        raise NotFound
    return await templates.save(template.changed(now, draft=release.content))
