"""Content of a card and the audience of each value. The order in a list is the order on the card.

Each field is declared once: its type validates the value, its description is for pages, forms and formats.
`docs/contributing.md` walks through adding one.
"""

from typing import TYPE_CHECKING, Annotated, Literal, cast

from pydantic import Field, create_model, field_validator
from pydantic.alias_generators import to_camel

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
from domain.cards.described import Audience, Described, described
from domain.cards.look import Look


class Entry(Closed):
    """One value of a list, shown to its own audience."""

    audience: Audience = "private"


class Email(Entry):
    kind: Annotated[EmailKind, Described("Kind", "choice")] = "work"
    label: Annotated[ShortLine | None, Described("Label")] = None
    address: Annotated[EmailAddress, Described("Address", "email")]


class Phone(Entry):
    kind: Annotated[PhoneKind, Described("Kind", "choice")] = "mobile"
    label: Annotated[ShortLine | None, Described("Label")] = None
    number: Annotated[PhoneNumber, Described("Number", "phone")]


class SocialLink(Entry):
    url: Annotated[WebUrl, Described("Social link", "link")]


class ProductLink(Entry):
    label: Annotated[ShortLine, Described("Text")]
    url: Annotated[LinkUrl, Described("Link", "link", also=("mailto", "tel"))]


class Address(Closed):
    street: Annotated[Street | None, Described("Street", "lines")] = None
    city: Annotated[ShortLine | None, Described("City")] = None
    region: Annotated[ShortLine | None, Described("Region")] = None
    postal_code: Annotated[PostalCode | None, Described("Postal code")] = None
    country: Annotated[Country | None, Described("Country", "country")] = None


class NameParts(Closed):
    """Parts of the name for address books. What is left out is guessed from the rest of the name."""

    prefix: Annotated[ShortLine | None, Described("Title before the name")] = None
    given: Annotated[ShortLine | None, Described("Given name")] = None
    additional: Annotated[ShortLine | None, Described("Middle name")] = None
    family: Annotated[ShortLine | None, Described("Family name")] = None
    suffix: Annotated[ShortLine | None, Described("Behind the name")] = None
    phonetic_given: Annotated[ShortLine | None, Described("Given name, as it sounds")] = None
    phonetic_family: Annotated[ShortLine | None, Described("Family name, as it sounds")] = None


class CardFields(Closed):
    """The fields of a card. All but lists and the name with its parts have an audience in `Audiences`."""

    name: Annotated[Name, Described("Name", proposed=None)]
    name_parts: Annotated[NameParts | None, Described("Name in address books", "parts", proposed=None)] = None
    photo: Annotated[ImageId | None, Described("Photo", "picture")] = None
    logo: Annotated[ImageId | None, Described("Logo", "picture")] = None
    cover: Annotated[ImageId | None, Described("Cover picture", "picture")] = None
    # Decision 6 says why this one is proposed to nobody.
    pronouns: Annotated[Pronouns | None, Described("Pronouns", proposed="private")] = None
    title: Annotated[ShortLine | None, Described("Title")] = None
    organisation: Annotated[ShortLine | None, Described("Organisation")] = None
    bio: Annotated[Bio | None, Described("About you", "lines")] = None
    languages: Annotated[list[LanguageTag], Described("Language", "languages")] = Field([], max_length=10)
    emails: Annotated[list[Email], Described("E-mail", "rows")] = Field([], max_length=5)
    phones: Annotated[list[Phone], Described("Phone", "rows")] = Field([], max_length=5)
    website: Annotated[WebUrl | None, Described("Website", "link")] = None
    social_links: Annotated[list[SocialLink], Described("Social link", "rows")] = Field([], max_length=10)
    company_text: Annotated[Text | None, Described("About the company", "lines")] = None
    company_image: Annotated[ImageId | None, Described("Company picture", "picture")] = None
    video_link: Annotated[WebUrl | None, Described("Video link", "link", short="Video")] = None
    office_address: Annotated[Address | None, Described("Office address", "parts")] = None
    map_link: Annotated[WebUrl | None, Described("Map link", "link", short="Map")] = None
    product_links: Annotated[list[ProductLink], Described("Product or service", "rows")] = Field(
        [], max_length=10
    )

    @field_validator("office_address")
    @classmethod
    def _says_something(cls, address: Address | None) -> Address | None:
        return None if address == Address() else address

    @field_validator("name_parts")
    @classmethod
    def _corrects_something(cls, parts: NameParts | None) -> NameParts | None:
        return None if parts == NameParts() else parts


FIELDS = described(CardFields)
if undescribed := CardFields.model_fields.keys() - FIELDS.keys():
    raise TypeError(f"without a description, and so without an audience: {', '.join(sorted(undescribed))}")
LIST_FIELDS = tuple(name for name, field in FIELDS.items() if field.kind == "rows")
SINGLE_FIELDS = tuple(
    name for name, field in FIELDS.items() if field.proposed is not None and name not in LIST_FIELDS
)
# Purpose of the image in a field.
Purpose = Literal["photo", "logo", "cover", "companyImage"]
IMAGE_PURPOSES = {
    name: cast("Purpose", to_camel(name)) for name, field in FIELDS.items() if field.kind == "picture"
}

if TYPE_CHECKING:

    class Audiences(Closed):
        """Who may see each of `SINGLE_FIELDS`."""
else:
    Audiences = create_model(
        "Audiences",
        __base__=Closed,
        __doc__="Who may see each single field; the name is always shown.",
        __module__=__name__,
        **dict.fromkeys(SINGLE_FIELDS, (Audience, "private")),
    )


class CardContent(CardFields):
    """The fields a person fills in. Only the name is required."""

    audiences: Audiences = Field(default_factory=Audiences)
    look: Look | None = Field(
        default=None,
        description="When absent, a new card gets a colour of its own, and others keep their look.",
    )

    def looking(self, look: Look | None) -> "CardContent":
        """The content in its own look, or else in this one."""
        return self if self.look else self.model_copy(update={"look": look})
