"""The card that every line uses: as full as a busy person's, with text that needs escaping and folding."""

from datetime import UTC, datetime

from domain.cards.card import PublishedCard
from domain.cards.content import CardContent
from domain.visibility.view import ANYONE, CardView, view_for

ORIGIN = "https://cards.example.com"
CONTENT = CardContent.model_validate(
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
        "companyText": "We weave algebraical patterns just as the Jacquard loom weaves flowers and leaves.\n"
        "Ask us about Bernoulli numbers; or anything else, really.",
        "videoLink": "https://video.example/analytical-engine",
        "officeAddress": {
            "street": "12 St James's Square",
            "city": "London",
            "postalCode": "SW1Y 4JH",
            "country": "GB",
        },
        "mapLink": "https://www.openstreetmap.org/#map=17/51.5072/-0.1347",
        "productLinks": [{"label": "The first program", "url": "https://analytical-engines.example/note-g"}],
    }
).for_everyone()


# The same to a stranger, with a value that only signed-in people see: the rule has something to decide.
RULED = CONTENT.model_copy(
    update={
        "bio": "Only for members.",
        "audiences": CONTENT.audiences.model_copy(update={"bio": "signed_in"}),
    }
)


def published(handle: str, content: CardContent = CONTENT) -> PublishedCard:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return PublishedCard(handle=handle, card_id="crd_bench", version=1, content=content, published_at=at)


def view(handle: str) -> CardView:
    return view_for(published(handle), ANYONE)
