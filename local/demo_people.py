"""Demo people: their cards in the form of the API, and the drawings of their pictures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from local.demo_pictures import Portrait, hills, weave, wordmark

Draw = Callable[[], bytes]


@dataclass(frozen=True)
class DemoCard:
    """One card. `name` is the person to sign in; `pictures` draws an image for each field that has one.

    Everything is for everyone but the fields in `audiences`, and entries of lists that say otherwise. Who
    `takes_details` has the exchange form on the card.
    """

    name: str
    handle: str
    content: dict[str, Any]
    pictures: dict[str, Draw] = field(default_factory=dict)
    audiences: dict[str, str] = field(default_factory=dict)
    takes_details: bool = False


ADA = Portrait("bun", "#3a2418", "#f0c9a8", "#d9a883", "#6d3350", ("#d8c3e0", "#8f6ca8"))
GRACE = Portrait("short", "#8d8b8a", "#efc7a9", "#d6a687", "#1f2f52", ("#cfe0f2", "#7fa3cf"), glasses=True)
KATHERINE = Portrait("bob", "#1d1512", "#a8714d", "#8b5837", "#c9772f", ("#f6e2b5", "#e0a84c"), glasses=True)
LAYLA = Portrait("scarf", "#2f6f73", "#e3b48e", "#c8946c", "#21484b", ("#f3d9c4", "#d99a72"))
HANAKO = Portrait("long", "#17120f", "#f3cfae", "#dcae88", "#e9e4da", ("#dbe8d2", "#8fb08a"))
OLEKSANDRA = Portrait("long", "#c79a4b", "#f4d3ba", "#dcb092", "#3d6a9e", ("#cfe6f5", "#6fa9d6"))
CHIDI = Portrait("curls", "#1a1210", "#6f452c", "#553320", "#2e7d5b", ("#fbe1cf", "#f0906a"), beard=True)

CARDS: tuple[DemoCard, ...] = (
    DemoCard(
        "Ada Lovelace",
        "ada-lovelace",
        {
            "name": "Ada Lovelace",
            "pronouns": "she/her",
            "title": "Analyst and Programmer",
            "organisation": "Analytical Engines Ltd",
            "bio": "I write programs for engines that are not built yet. Ask me about Bernoulli numbers, "
            "flying machines, or what a machine can never do.",
            "languages": ["en-GB", "fr", "it"],
            "phones": [
                {"kind": "home", "number": "+44 20 7946 0991", "audience": "connections"},
                {"kind": "work", "label": "Workshop, ask for Ada", "number": "+44 20 7946 0958"},
            ],
            "emails": [
                {"kind": "work", "address": "ada@analytical-engines.example"},
                {"kind": "home", "label": "Letters", "address": "ada@lovelace.example"},
            ],
            "website": "https://analytical-engines.example/",
            "socialLinks": [
                {"url": "https://www.linkedin.com/in/ada-example"},
                {"url": "https://github.com/ada-example"},
                {"url": "https://mastodon.social/@ada-example"},
            ],
            "companyText": "We weave algebraical patterns just as the Jacquard loom weaves flowers and "
            "leaves.\n\nOur engines are made to order, in brass and steel, and come with their first "
            "program.",
            "videoLink": "https://video.example/analytical-engine",
            "officeAddress": {
                "street": "12 St James's Square",
                "city": "London",
                "postalCode": "SW1Y 4JH",
                "country": "GB",
            },
            "mapLink": "https://www.openstreetmap.org/#map=17/51.5072/-0.1347",
            "productLinks": [
                {"label": "The first program, with notes", "url": "https://analytical-engines.example/note-g"},
                {"label": "See the Difference Engine", "url": "https://analytical-engines.example/visit"},
                {"label": "Order a demonstration", "url": "mailto:demo@analytical-engines.example"},
            ],
        },
        {
            "photo": ADA.jpeg,
            "logo": partial(wordmark, "Analytical", "#3c3f7d"),
            "companyImage": partial(weave, ("#1f2a44", "#4f6aa8", "#e9b44c")),
        },
    ),
    DemoCard(
        "Ada Lovelace",
        "countess-at-the-races",
        {
            "name": "Ada King",
            "look": {"theme": "letter", "colour": "#7a1f3d"},
            "title": "Member of the turf club",
            "emails": [{"kind": "home", "address": "aak@races.example"}],
            "bio": "Horses, odds and a system that surely works.",
        },
    ),
    DemoCard(
        "Grace Hopper",
        "grace-hopper",
        {
            "name": "Grace Hopper",
            "look": {"theme": "banner", "colour": "#1d4ed8"},
            "title": "Rear Admiral, Compilers",
            "organisation": "Flow-Matic Systems",
            "emails": [{"kind": "work", "address": "grace@flow-matic.example"}],
            "phones": [{"kind": "work", "number": "+1 202 555 0123", "audience": "signed_in"}],
            "website": "https://flow-matic.example/",
            "companyText": "The most dangerous phrase in the language is: we have always done it this way.",
            "languages": ["en-US"],
            "productLinks": [{"label": "Book a lecture", "url": "mailto:lectures@flow-matic.example"}],
        },
        {"photo": GRACE.jpeg},
        takes_details=True,
    ),
    DemoCard(
        "Katherine Johnson",
        "katherine-johnson",
        {
            "name": "Katherine Johnson",
            "look": {"theme": "bold", "colour": "#b45309"},
            "pronouns": "she/her",
            "title": "Mathematician",
            "organisation": "Orbital Mechanics Group",
            "emails": [{"kind": "work", "address": "katherine@orbital-mechanics.example"}],
            "website": "https://orbital-mechanics.example/",
            "companyText": "Trajectories, launch windows and return paths, checked by hand.",
            "officeAddress": {"city": "Hampton", "region": "Virginia", "country": "US"},
        },
        {"photo": KATHERINE.jpeg},
    ),
    DemoCard(
        "ليلى حداد",
        "layla-haddad",
        {
            "name": "ليلى حداد",
            "title": "مديرة التصميم",
            "organisation": "استوديو الزاوية",
            "bio": "أصمّم الخطوط واللافتات والكتب. أؤمن بأن الحرف الجميل يُقرأ قبل أن يُرى.",
            "languages": ["ar", "fr", "en"],
            "emails": [{"kind": "work", "address": "layla@zawiya.example"}],
            "phones": [{"kind": "mobile", "label": "واتساب", "number": "+33 1 99 00 12 34"}],
            "website": "https://zawiya.example/",
            "companyText": "استوديو صغير للهوية البصرية والخط العربي بين باريس وبيروت.",
            "socialLinks": [
                {"url": "https://www.instagram.com/zawiya.example"},
                {"url": "https://www.behance.net/zawiya-example"},
            ],
            "officeAddress": {"street": "8 rue de l'Exemple", "postalCode": "75011", "city": "Paris",
                              "country": "FR"},
            "productLinks": [{"label": "معرض أعمالنا", "url": "https://zawiya.example/works"}],
        },
        {"photo": LAYLA.jpeg},
    ),
    DemoCard(
        "佐藤 花子",
        "sato-hanako",
        {
            "name": "佐藤 花子",
            "look": {"theme": "night", "colour": "#f2b8c6", "order": ["links"]},
            "nameParts": {"phoneticFamily": "さとう", "phoneticGiven": "はなこ"},
            "title": "建築家",
            "organisation": "株式会社 角設計室",
            "bio": "木と光の住まいを設計しています。小さな家ほど、窓の位置を大切に。",
            "languages": ["ja", "en"],
            "emails": [{"kind": "work", "address": "hanako@kado.example"}],
            "website": "https://kado.example/",
            "companyText": "住宅・図書館・茶室の設計と監理。見学はいつでもどうぞ。",
            "officeAddress": {"street": "例町1-2-3", "city": "京都市", "country": "JP"},
            "productLinks": [{"label": "作品集", "url": "https://kado.example/works"}],
        },
        {
            "photo": HANAKO.jpeg,
            "logo": partial(wordmark, "kado", "#5d4a35"),
            "companyImage": partial(hills, ("#9fb7c9", "#5f7f6a", "#e8e0d4")),
        },
    ),
    DemoCard(
        "प्रिया शर्मा",
        "priya-sharma",
        {
            "name": "प्रिया शर्मा",
            "look": {"theme": "soft", "colour": "#0f766e"},
            "pronouns": "she/they",
            "title": "बाल रोग विशेषज्ञ",
            "organisation": "नन्हे क़दम क्लिनिक",
            "languages": ["hi", "en-IN", "mr"],
            "emails": [{"kind": "work", "label": "मिलने का समय", "address": "priya@nanhe-kadam.example"}],
            "website": "https://nanhe-kadam.example/",
            "companyText": "सोमवार से शनिवार, सुबह नौ से शाम छह बजे तक। पहली बार आने वालों का स्वागत है।",
        },
    ),
    DemoCard(
        "Олександра Коваленко",
        "oleksandra-kovalenko",
        {
            "name": "Олександра Коваленко",
            "title": "Скрипалька, концертмейстерка",
            "organisation": "Камерний оркестр «Приклад»",
            "languages": ["uk", "en", "de"],
            "emails": [{"kind": "work", "address": "oleksandra@pryklad.example"}],
            "videoLink": "https://video.example/pryklad-live",
            "socialLinks": [{"url": "https://www.youtube.com/@pryklad-example"}],
            "productLinks": [{"label": "Квитки на концерти", "url": "https://pryklad.example/tickets"}],
        },
        {"photo": OLEKSANDRA.jpeg},
    ),
    DemoCard(
        "Chidi Okonkwo-Lindström",
        "chidi",
        {
            "name": "Chidi Okonkwo-Lindström",
            "pronouns": "he/him",
            "title": "Midwife",
            "organisation": "Region Västerbotten",
            "emails": [{"kind": "work", "address": "chidi@region.example", "audience": "signed_in"}],
            "phones": [{"kind": "mobile", "number": "+46 70 174 06 33", "audience": "connections"}],
            "bio": "Off duty: orienteering, sourdough, and a choir that needs tenors.",
            "languages": ["sv", "ig", "en"],
        },
        {"photo": CHIDI.jpeg},
        {"bio": "private", "languages": "signed_in"},
    ),
    DemoCard(
        "Maria de Vasconcelos",
        "maria",
        {
            "name": "Maria do Carmo Antónia Rafaela de Bragança e Vasconcelos Figueiredo Albuquerque",
            "title": "Deputy Assistant Director-General for Interinstitutional Coordination and Law",
            "organisation": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbaugesellschaft",
            "languages": ["pt", "pt-BR", "de-AT", "es", "fr", "en", "nl", "sv"],
            "emails": [{"address": "maria.do.carmo.antonia.rafaela@interinstitutional-coordination.example"}],
        },
    ),
    DemoCard("Noor", "noor", {"name": "Noor"}),
)  # fmt: skip
