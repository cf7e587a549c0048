"""Cards that a person may have typed and that break readers and writers of contact files: content by name."""

from typing import Any

from tests.card_views import FULL

_BARE = {"name": "Ada Lovelace"}
_PHONES = ["+46701740605", "+4686114000", "+442079460958", "+12025550123", "+33199001234"]
_EVERY_LANGUAGE = ["en-GB", "sv", "ar", "ja", "hi", "uk", "pt-BR", "de-AT", "zh-Hant", "yo"]

# One word of a person's life each; the rest of the card is empty or `FULL`.
HOSTILE: dict[str, dict[str, Any]] = {
    "commas": {**FULL, "name": "Lovelace, Ada, née Byron", "title": "Poet, of numbers,, and more,"},
    "semicolons": {**FULL, "name": "Ada; Lovelace", "organisation": "a;b;;c", "title": "x;y;"},
    "colons": {
        **FULL,
        "title": "Re: Analyst: first",
        "organisation": "Dept: Engines",
        "bio": "a:b::c\nNOTE:d",
    },
    "backslashes": {
        **FULL,
        "title": "C:\\new\\temp",
        "organisation": "\\\\server\\share",
        "bio": "\\n\\,\\;\\",
    },
    "escaped already": {**FULL, "title": "one\\, two\\; three\\n four", "bio": "back\\\\slash\\\\n"},
    "quotes": {**FULL, "name": 'Ada "Countess" Lovelace', "title": "'first' “of” «her» kind"},
    "equals": {**FULL, "title": "a=b=20=3D=", "bio": "ENCODING=QUOTED-PRINTABLE:=C3=A5=\n=E4"},
    "carets": {**FULL, "title": "a^nb^^c^'d", "bio": "^n ^' ^^"},
    "markup": {**FULL, "name": "Ada <b>Lovelace</b>", "bio": "<script>alert(1)</script>&amp;<!-- -->"},
    "planted lines": {**FULL, "bio": "x\r\nEMAIL:evil@example.com\rEND:VCARD\nBEGIN:VCARD\u2028TEL:1"},
    "planted end": {**FULL, "companyText": "END:VCARD\nBEGIN:VCARD\nVERSION:2.1\nN:Evil\nEND:VCARD"},
    "folds": {
        **FULL,
        "bio": " leading\n  and more\n\ttab\n \n end",
        "companyText": "x" * 74 + "\n " + "y" * 75,
    },
    "blank lines": {**FULL, "bio": "one\n\n\n\ntwo", "companyText": "a\n\nb\n\n\nc"},
    "tabs": {**FULL, "bio": "Monday\t9 to 12\nTuesday\t13 to 17\t", "companyText": "\tx\ty"},
    "emoji": {**FULL, "name": "👩🏽‍💻 Ada 🇸🇪", "title": "🎨👨‍👩‍👧‍👦", "organisation": "🏢" * 30},
    "only emoji": {"name": "🦊" * 60, "title": "✨" * 60},
    "combining": {**FULL, "name": "Z̴̧̢͖͇͖̬a̴l̵g̶o̷", "title": "e\u0301a\u030ao\u0308", "bio": "ก็็็็็ नि क्षि"},
    "right to left": {
        **FULL,
        "name": "ليلى حداد",
        "title": "مديرة, التصميم; 123",
        "bio": "שלום, עולם\nEnglish שלום",
    },
    "mixed directions": {
        **FULL,
        "name": "Ada ليلى Lovelace",
        "title": "\u200fCEO\u200e, مدير",
        "bio": "(1) م [2] ب",
    },
    "japanese": {**FULL, "name": "佐藤 花子", "title": "建築家、" * 20, "organisation": "株式会社 角設計室"},
    "wide folds": {**FULL, "bio": "漢" * 600, "companyText": "😀" * 400, "title": "å" * 100},
    "no blanks": {**FULL, "name": "W" * 120, "title": "x" * 120, "organisation": "Donau" * 24},
    "one letter": {"name": "李", "title": "x", "organisation": "y", "bio": "z", "companyText": "å"},
    "five phones": {
        **FULL,
        "phones": [
            {"kind": kind, "label": label, "number": number}
            for kind, label, number in zip(
                ["mobile", "work", "home", "work", "mobile"],
                ["Front desk, 2nd floor", "Ring; then wait", "WhatsApp: only", "受付", "a\\nb"],
                _PHONES,
                strict=True,
            )
        ],
    },
    "five mails": {
        **FULL,
        "emails": [
            {"kind": "work", "address": "ada@bücher.example"},
            {"kind": "home", "label": "Letters; slow, by post", "address": "ada@xn--fiqs8s.example"},
            {"kind": "work", "label": "كتب", "address": "ليلى@مثال.example"},
            {"kind": "home", "address": "o'brien+tag{x}=y/z@example.com"},
            {"kind": "work", "address": f"{'a' * 64}@{'b' * 60}.{'c' * 60}.example"},
        ],
    },
    "long links": {
        **FULL,
        "website": f"https://example.com/{'a' * 1900}",
        "mapLink": "https://map.example/?q=1,2;3&z=#a=b,c;d",
        "socialLinks": [{"url": f"https://network{n}.example/å/{n};x,y"} for n in range(10)],
    },
    "links of all kinds": {
        **FULL,
        "website": "https://bücher.example/straße?ö=ü",
        "productLinks": [
            {"label": "Mail: us, now; please", "url": "mailto:book@example.com?subject=A%2C%20B%3B"},
            {"label": "Ring\\n", "url": "tel:+4686114000"},
            *({"label": f"Shop {n}, “best”; №{n}", "url": f"https://shop.example/{n}"} for n in range(8)),
        ],
    },
    "address of many lines": {
        **FULL,
        "officeAddress": {
            "street": "c/o Lovelace; Room 1, Floor 2\nStorgatan 1\\2\n\n3rd door",
            "city": "Umeå, Västerbotten",
            "region": "a;b",
            "postalCode": "903 26;1",
            "country": "SE",
        },
    },
    "bits of an address": {**_BARE, "officeAddress": {"country": "JP"}, "languages": _EVERY_LANGUAGE},
    "every field full": {
        **FULL,
        "name": ("Ada, " * 24)[:119].strip(),
        "nameParts": {
            "prefix": "Dr., Prof.",
            "given": "Ada; Augusta",
            "additional": "King, Noel",
            "family": "née Byron\\Lovelace",
            "suffix": "FRS; PhD",
            "phoneticGiven": "Ay-da; Au, gusta",
            "phoneticFamily": "ラブレス",
        },
        "pronouns": "they/them; sometimes, rarely: ze\\hir",
        "bio": ("Numbers, engines; poems.\n" * 24)[:599].strip(),
        "companyText": ("We weave; patterns, of algebra.\n" * 70)[:1999].strip(),
        "languages": _EVERY_LANGUAGE,
    },
}
