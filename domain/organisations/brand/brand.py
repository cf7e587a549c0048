"""The brand of an organisation: what its templates and its company page take from it.

One document. A change of it reaches the cards that show some of it by an order in the same batch.
"""

from datetime import datetime
from typing import Annotated, Final, NamedTuple, Protocol

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.base.errors import StaleVersion
from domain.base.fields import ImageId, LinkUrl, ShortLine, Text, WebUrl
from domain.base.folding import fold
from domain.base.model import Closed, Model
from domain.cards.content import Address, Purpose
from domain.cards.look import Look
from domain.operations.orders import Order, new_order
from domain.organisations.brand.pictures import ImageStore, take_pictures
from domain.organisations.organisation import Acting, Settle

# Order of what follows a changed brand: the cards.
BRAND: Final = "brand"
# Of the named links, and of the named addresses.
_MOST_PRESETS: Final = 20
# Fields of the brand that are pictures, which are those of a card, too.
BRAND_PICTURES: Final[dict[str, Purpose]] = {
    "logo": "logo",
    "cover": "cover",
    "company_image": "companyImage",
}


class NamedLink(Closed):
    """A link with the name by which templates take it, which cards show as its text."""

    name: ShortLine
    url: LinkUrl


class NamedAddress(Closed):
    """An address with the name by which templates take it."""

    name: ShortLine
    address: Address


def _named_once[N: (NamedLink, NamedAddress)](entries: list[N]) -> list[N]:
    names = [fold(each.name) for each in entries]
    twice = next((each.name for each in entries if names.count(fold(each.name)) > 1), None)
    if twice is not None:
        raise PydanticCustomError("named_twice", "has the name %(name)s twice", {"name": twice})
    return entries


class BrandContent(Closed):
    """What an organisation looks like and says of itself.

    The colour of the look is made darker or lighter where its text could not be read.
    """

    logo: ImageId | None = None
    cover: ImageId | None = None
    company_image: ImageId | None = None
    look: Look | None = None
    company_text: Text | None = None
    video_link: WebUrl | None = None
    links: Annotated[list[NamedLink], Field(max_length=_MOST_PRESETS), AfterValidator(_named_once)] = Field(
        default=[]
    )
    addresses: Annotated[list[NamedAddress], Field(max_length=_MOST_PRESETS), AfterValidator(_named_once)] = (
        Field(default=[])
    )

    @property
    def pictures(self) -> frozenset[str]:
        return frozenset(image for field in BRAND_PICTURES if (image := getattr(self, field)))

    def link(self, name: str) -> NamedLink | None:
        return next((each for each in self.links if fold(each.name) == fold(name)), None)

    def address(self, name: str) -> Address | None:
        found = (each.address for each in self.addresses if fold(each.name) == fold(name))
        return next(found, None)


class Brand(Model):
    """The brand, which is empty and of version 0 until it is first saved."""

    org_id: str
    content: BrandContent = Field(default_factory=BrandContent)
    version: int = 0
    updated_at: datetime | None = None
    etag: str | None = Field(default=None, exclude=True)


class BrandStore(Protocol):
    async def get(self, org_id: str) -> Brand: ...
    async def save(self, brand: Brand, order: Order) -> Brand:
        """Store the brand with the order of what follows; `StaleVersion` if somebody else did meanwhile."""
        ...


class BrandPorts(NamedTuple):
    brands: BrandStore
    images: ImageStore
    settle: Settle


async def change_brand(
    by: Acting, content: BrandContent, *, version: int, now: datetime, ports: BrandPorts
) -> Brand:
    """Change the brand. Cards that show some of it follow by long work."""
    org_id = by.organisation.id
    brand = await ports.brands.get(org_id)
    if brand.version != version:
        raise StaleVersion
    if brand.content == content:
        return brand
    named = {field: getattr(content, field) for field in BRAND_PICTURES}
    await take_pictures(by, named, BRAND_PICTURES, images=ports.images)
    order = new_order(BRAND, org_id, BRAND, now, container="organisations")
    changed = brand.model_copy(update={"content": content, "version": version + 1, "updated_at": now})
    saved = await ports.brands.save(changed, order)
    await ports.settle(order)
    return saved
