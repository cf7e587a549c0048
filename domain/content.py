"""What a card says: the product's text fields. Order in a list is the order on the card."""

from pydantic import Field, field_validator

from domain.fields import (
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
    street: Text | None = Field(default=None, max_length=300)
    city: ShortLine | None = None
    region: ShortLine | None = None
    postal_code: ShortLine | None = Field(default=None, max_length=20)
    country: Country | None = None


class CardContent(Closed):
    """The fields a person fills in. Only the name is required."""

    name: Name
    title: ShortLine | None = None
    organisation: ShortLine | None = None
    emails: list[Email] = Field(default=[], max_length=5)
    phones: list[Phone] = Field(default=[], max_length=5)
    website: WebUrl | None = None
    social_links: list[SocialLink] = Field(default=[], max_length=10)
    company_text: Text | None = None
    video_link: WebUrl | None = None
    office_address: Address | None = None
    map_link: WebUrl | None = None
    product_links: list[ProductLink] = Field(default=[], max_length=10)

    @field_validator("office_address")
    @classmethod
    def _says_something(cls, address: Address | None) -> Address | None:
        return None if address == Address() else address
