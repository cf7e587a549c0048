"""Cards that the lines use: a busy person's, with text that needs escaping and folding, and the fullest."""

import random
import string
from datetime import UTC, datetime

from adapters.drawing.qr import qr_svg
from domain.base.fields import phone_text
from domain.base.ids import make_id
from domain.cards.card import PublishedCard, ShownImage
from domain.cards.content import LIST_FIELDS, SINGLE_FIELDS, Audiences, CardContent
from domain.visibility.view import ANYONE, CardView, view_for

ORIGIN = "https://cards.example.com"
CARD_ID = make_id("crd", b"bench" + bytes(11))


def for_everyone(content: CardContent) -> CardContent:
    """The same content with every value public."""
    rows = {
        field: [entry.model_copy(update={"audience": "public"}) for entry in getattr(content, field)]
        for field in LIST_FIELDS
    }
    audiences = Audiences.model_validate(dict.fromkeys(SINGLE_FIELDS, "public"))
    return content.model_copy(update={**rows, "audiences": audiences})


CONTENT = for_everyone(
    CardContent.model_validate(
        {
            "name": "Ada Lovelace",
            "title": "Analyst, engines; difference and analytical",
            "organisation": "Analytical Engines Ltd",
            "emails": [
                {"kind": "work", "address": "ada@example.com"},
                {"kind": "home", "address": "ada.lovelace@example.org"},
            ],
            "phones": [
                {"kind": "work", "number": "+442079460958"},
                {"kind": "mobile", "number": "+447911123456"},
            ],
            "website": "https://analytical-engines.example/",
            "socialLinks": [
                {"url": "https://www.linkedin.com/in/ada-example"},
                {"url": "https://github.com/ada-example"},
            ],
            "companyText": "We weave algebraical patterns just as the Jacquard loom weaves flowers and "
            "leaves.\nAsk us about Bernoulli numbers; or anything else, really.",
            "videoLink": "https://video.example/analytical-engine",
            "officeAddress": {
                "street": "12 St James's Square",
                "city": "London",
                "postalCode": "SW1Y 4JH",
                "country": "GB",
            },
            "mapLink": "https://www.openstreetmap.org/#map=17/51.5072/-0.1347",
            "productLinks": [
                {"label": "The first program", "url": "https://analytical-engines.example/note-g"}
            ],
        }
    )
)


# The same to a stranger, with a value that only signed-in people see: the rule has something to decide.
RULED = CONTENT.model_copy(
    update={
        "bio": "Only for members.",
        "audiences": CONTENT.audiences.model_copy(update={"bio": "signed_in"}),
    }
)


def published(handle: str, content: CardContent = CONTENT) -> PublishedCard:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return PublishedCard(
        handle=handle,
        card_id=CARD_ID,
        version=1,
        content=content,
        published_at=at,
        code=qr_svg(f"{ORIGIN}/c/{handle}"),
        phone_texts={phone.number: phone_text(phone.number) for phone in content.phones},
    )


def view(handle: str) -> CardView:
    return view_for(published(handle), ANYONE)


def prose(start: int, length: int) -> str:
    """Text that compresses as badly as English, to a half: words of its letters, some of them frequent."""
    chance = random.Random(7)  # noqa: S311 - the same text in every run
    letters, often = (
        "etaoinshrdlcumwfgypbvk",
        [12, 9, 8, 8, 7, 7, 6, 6, 6, 4, 4, 3, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1],
    )
    words = ["".join(chance.choices(letters, often, k=chance.randint(2, 9))) for _ in range(1000)]
    chosen = random.Random(start).choices(words, [rank**-0.7 for rank in range(1, 1001)], k=length)  # noqa: S311
    return " ".join(chosen)[:length].strip()


def picture(field: str) -> ShownImage:
    names = random.Random(field)  # noqa: S311 - the same names in every run
    files = {
        form: f"{names.randbytes(16).hex()}.{'jpg' if form == 'jpeg' else 'webp'}"
        for form in ("webp", "small", "jpeg")
    }
    return ShownImage(files=files, width=512, height=400, public=True)


def fullest(handle: str) -> PublishedCard:
    """Long texts, the longest where people write most, every list full, and four pictures for everybody."""
    letters = random.Random(1)  # noqa: S311 - the same paths in every run
    paths = ["".join(letters.choices(string.ascii_lowercase, k=10)) for _ in range(20)]
    pictures = ("photo", "logo", "cover", "companyImage")
    ids = {field: f"img_{letter * 26}" for field, letter in zip(pictures, "abdc", strict=True)}
    content = CardContent.model_validate(
        CONTENT.model_dump(mode="json", by_alias=True, exclude={"audiences"})
        | ids
        | {
            "name": prose(0, 60),
            "pronouns": "she/her",
            "title": prose(60, 80),
            "organisation": prose(160, 80),
            "bio": prose(300, 600),
            "companyText": prose(900, 2000),
            "languages": ["en-GB", "fr", "sv", "de", "ar"],
            "emails": [
                {
                    "kind": "work",
                    "label": prose(3000 + 20 * n, 16),
                    "address": f"{paths[n]}@{paths[-n]}.example",
                }
                for n in range(5)
            ],
            "phones": [
                {"kind": "work", "label": prose(3200 + 20 * n, 16), "number": f"+46 70 174 06 0{n}"}
                for n in range(5)
            ],
            "socialLinks": [{"url": f"https://network{n}.example/{paths[n]}"} for n in range(10)],
            "productLinks": [
                {"label": prose(3400 + 30 * n, 24), "url": f"https://shop.example/{paths[10 + n]}"}
                for n in range(10)
            ],
        }
    )
    images = {field: picture(field) for field in ("photo", "logo", "cover", "company_image")}
    return published(handle, for_everyone(content)).model_copy(update={"images": images})
