"""Program that prints, as JSON, the outputs of the code with one more field. Run by `test_adding_a_field`.

`python -P planted_field.py NAME VALUE`, with the planted copy of the code first in `PYTHONPATH`.
"""

import json
import sys
from datetime import UTC, datetime

from domain.base.errors import InvalidInput
from domain.cards.card import Card
from domain.cards.content import CardContent
from domain.cards.links import links_of
from domain.images.image import PROBLEMS
from domain.visibility.rule import shown_to
from functions.cards.form import (
    AUDIENCES,
    FIELDS,
    content_of,
    differences,
    rows_in,
    sentences,
    texts_in,
    values_of,
)
from functions.cards.formats import FORMATS
from functions.cards.look.style import styles_of
from functions.framework.filters import countries, languages
from functions.framework.forms import vet
from functions.framework.pages import render
from tests.card_views import FULL, URL, view_of
from tests.forms import Fields

AT = datetime(2026, 1, 1, tzinfo=UTC)


def edit_page(content: CardContent) -> str:
    card = Card(
        id="crd_x", account_id="acc_x", profile_id="prf_x", handle="ada", version=1, draft=content,
        created_at=AT, updated_at=AT,
    )  # fmt: skip
    return render(
        "cards/edit.html",
        csrf="", own=True, profile_id="prf_x", version=1, profiles=[],
        card=card, values=values_of(content), rows=rows_in({}), fields=FIELDS, audiences=AUDIENCES.items(),
        viewers=[], networks=[], called={}, phone_country="", images={}, image_problems=PROBLEMS,
        countries=countries().items(), languages=languages(),
        faults={}, newer=None, done=None, undo=None, unsaved=False, coming={}, changed="",
    ).decode()  # fmt: skip


def card_page(content: CardContent) -> str:
    links = {link: f"/c/ada/go/{key}" for key, link in links_of(content).items()}
    view = view_of(content)
    return render(
        "cards/card.html",
        styles=styles_of(view),
        view=view,
        url=URL,
        vcf_url="",
        qr_svg="",
        links=links,
        schema=None,
    ).decode()


def faults_of(values: dict[str, object]) -> dict[str, str]:
    try:
        vet(CardContent, values)
    except InvalidInput as refusal:
        return sentences(refusal.faults)
    return {}


def facts(name: str, value: str) -> dict[str, object]:
    before = CardContent.model_validate(FULL)
    offered = Fields(edit_page(before), "/my/cards/crd_x").values
    typed = {**offered, name: value, f"audiences-{name}": "connections"}
    content = CardContent.model_validate(content_of(typed))
    view, schema = view_of(content), CardContent.model_json_schema(by_alias=True)
    return {
        "offered": [offered.get(name), offered.get(f"audiences-{name}")],
        "proposed": content_of({"name": "Ada"}, new=True)["audiences"].get(name),
        "kept": getattr(content, name),
        "audiences": [dict(card.audiences)[name] for card in (before, content)],
        "shown": [
            getattr(shown_to(content, frozenset(to)), name) for to in (["public"], ["public", "connections"])
        ],
        "fault": faults_of({"name": "Ada", name: "\n" * 3000}).get(f"/{name}"),
        "lost": texts_in(typed),
        "newer": differences(content_of(offered), content),
        "described": [name in schema["properties"], name in schema["$defs"]["Audiences"]["properties"]],
        "page": card_page(content),
        "clicks": list(links_of(content).values()),
        "formats": {
            form: kind.write(view, URL, None).decode()
            for form, kind in FORMATS.items()
            if not kind.content_type.startswith("image/")
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(facts(*sys.argv[1:])))
