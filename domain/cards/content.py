"""What a card says, and who may see each of it. Order in a list is the order on the card."""

from typing import Literal

from pydantic import Field, field_validator

from domain.base.fields import (
    Bio,
    Country,
    EmailAddress,
    EmailKind,
    ImageId,
    LanguageTag,
    LinkUrl,
    Name,
    PhoneKind,
    PhoneNumber,
    PostalCode,
    Pronouns,
    ShortLine,
    Street,
    Text,
    WebUrl,
)
from domain.base.model import Closed

# From the widest to the narrowest: everyone, signed-in people, the owner's connections, nobody else.
Audience = Literal["public", "signed_in", "connections", "private"]


class Entry(Closed):
    """One value of a list, shown to its own audience."""

    audience: Audience = "private"


class Email(Entry):
    kind: EmailKind = "work"
    label: ShortLine | None = None
    address: EmailAddress


class Phone(Entry):
    kind: PhoneKind = "mobile"
    label: ShortLine | None = None
    number: PhoneNumber


class SocialLink(Entry):
    url: WebUrl


class ProductLink(Entry):
    label: ShortLine
    url: LinkUrl


class Address(Closed):
    street: Street | None = None
    city: ShortLine | None = None
    region: ShortLine | None = None
    postal_code: PostalCode | None = None
    country: Country | None = None


class Audiences(Closed):
    """Who may see each single field; the name is always shown."""

    photo: Audience = "private"
    logo: Audience = "private"
    pronouns: Audience = "private"
    title: Audience = "private"
    organisation: Audience = "private"
    bio: Audience = "private"
    languages: Audience = "private"
    website: Audience = "private"
    company_text: Audience = "private"
    company_image: Audience = "private"
    video_link: Audience = "private"
    office_address: Audience = "private"
    map_link: Audience = "private"


class CardContent(Closed):
    """The fields a person fills in. Only the name is required."""

    name: Name
    photo: ImageId | None = None
    logo: ImageId | None = None
    pronouns: Pronouns | None = None
    title: ShortLine | None = None
    organisation: ShortLine | None = None
    bio: Bio | None = None
    languages: list[LanguageTag] = Field(default=[], max_length=10)
    emails: list[Email] = Field(default=[], max_length=5)
    phones: list[Phone] = Field(default=[], max_length=5)
    website: WebUrl | None = None
    social_links: list[SocialLink] = Field(default=[], max_length=10)
    company_text: Text | None = None
    company_image: ImageId | None = None
    video_link: WebUrl | None = None
    office_address: Address | None = None
    map_link: WebUrl | None = None
    product_links: list[ProductLink] = Field(default=[], max_length=10)
    audiences: Audiences = Field(default_factory=Audiences)

    def for_everyone(self) -> "CardContent":
        """The same, with every value public."""
        everyone = dict.fromkeys(Audiences.model_fields, "public")
        lists = {
            field: [entry.model_copy(update={"audience": "public"}) for entry in getattr(self, field)]
            for field in LIST_FIELDS
        }
        return self.model_copy(update={**lists, "audiences": Audiences.model_validate(everyone)})

    @field_validator("office_address")
    @classmethod
    def _says_something(cls, address: Address | None) -> Address | None:
        return None if address == Address() else address


SINGLE_FIELDS = tuple(Audiences.model_fields)
LIST_FIELDS = ("emails", "phones", "social_links", "product_links")
# What an image must have been made for to stand in a field.
Purpose = Literal["photo", "logo", "companyImage"]
IMAGE_PURPOSES: dict[str, Purpose] = {"photo": "photo", "logo": "logo", "company_image": "companyImage"}
