"""What a card says: the product's text fields. Order in a list is the order on the card."""

from typing import Annotated

from pydantic import Field

from domain.fields import (
    Blank,
    Country,
    EmailAddress,
    EmailKind,
    LinkUrl,
    Name,
    PhoneKind,
    PhoneNumber,
    ShortLine,
    Text,
    WebUrl,
)
from domain.model import Closed


class Email(Closed):
    kind: EmailKind = "work"
    address: EmailAddress


class Phone(Closed):
    kind: PhoneKind = "mobile"
    number: PhoneNumber


class SocialLink(Closed):
    url: WebUrl


class ProductLink(Closed):
    label: ShortLine
    url: LinkUrl


class Address(Closed):
    street: Annotated[Text | None, Blank] = Field(default=None, max_length=300)
    city: Annotated[ShortLine | None, Blank] = None
    region: Annotated[ShortLine | None, Blank] = None
    postal_code: Annotated[ShortLine | None, Blank] = Field(default=None, max_length=20)
    country: Annotated[Country | None, Blank] = None


class CardContent(Closed):
    """The fields a person fills in. Only the name is required."""

    name: Name
    title: Annotated[ShortLine | None, Blank] = None
    organisation: Annotated[ShortLine | None, Blank] = None
    emails: list[Email] = Field(default=[], max_length=5)
    phones: list[Phone] = Field(default=[], max_length=5)
    website: Annotated[WebUrl | None, Blank] = None
    social_links: list[SocialLink] = Field(default=[], max_length=10)
    company_text: Annotated[Text | None, Blank] = None
    video_link: Annotated[WebUrl | None, Blank] = None
    office_address: Address | None = None
    map_link: Annotated[WebUrl | None, Blank] = None
    product_links: list[ProductLink] = Field(default=[], max_length=10)
