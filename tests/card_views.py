"""Views of a card with every field filled in."""

import io
from datetime import UTC, datetime

from PIL import Image

from domain.cards.card import ShownImage
from domain.cards.content import CardContent
from domain.visibility.view import CardView

URL = "https://izwop.test/c/ada"
FULL = {
    "name": "Ada King Lovelace",
    "nameParts": {"additional": "King", "phoneticFamily": "Lavlis; soft, low"},
    "photo": "img_" + "a" * 26,
    "logo": "img_" + "b" * 26,
    "cover": "img_" + "d" * 26,
    "companyImage": "img_" + "c" * 26,
    "pronouns": "she/her",
    "title": "Analyst, first of her kind",
    "organisation": "Analytical; Engines, Ltd",
    "bio": "Poet of numbers;\nbackslash \\ friend",
    "languages": ["en-GB", "fr"],
    "emails": [
        {"kind": "work", "address": "ada@example.com"},
        {"kind": "home", "label": "Letters, slow", "address": "al@example.org"},
    ],
    "phones": [
        {"kind": "mobile", "number": "+46701740605"},
        {"kind": "work", "label": "Front desk", "number": "+4686114000"},
        {"kind": "home", "number": "+442079460958"},
    ],
    "website": "https://example.com/a;b,c",
    "socialLinks": [{"url": "https://www.linkedin.com/in/ada"}, {"url": "https://github.com/ada"}],
    "companyText": "Line one\nTEL:+1\\n, and; more åäö 李",
    "videoLink": "https://video.example/engine",
    "officeAddress": {
        "street": "Storgatan 1\nPlan 2",
        "city": "Umeå",
        "region": "Västerbotten",
        "postalCode": "903 26",
        "country": "SE",
    },
    "mapLink": "https://map.example/#map=17/51.5/-0.1",
    "productLinks": [
        {"label": "Shop; here", "url": "https://shop.example.com/"},
        {"label": "Book", "url": "mailto:book@example.com"},
    ],
}


def view_of(content: CardContent) -> CardView:
    shown = {
        field: ShownImage(files={"webp": f"{field}.webp", "jpeg": f"{field}.jpg"}, width=512, height=400)
        for field in ("photo", "logo", "cover", "company_image")
        if getattr(content, field)
    }
    at = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    return CardView(
        handle="ada",
        uid="urn:uuid:00000000-0000-5000-8000-000000000000",
        version=3,
        published_at=at,
        content=content,
        code="<svg/>",
        images=shown,
    )


def full_view(**changes: object) -> CardView:
    return view_of(CardContent.model_validate({**FULL, **changes}))


def jpeg(side: int = 64) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((side, side), 80).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()
