"""Field types of user input: each normalises its value or refuses it with a stable code.

Maintained libraries do the validation (email-validator, libphonenumber, the URL parser of pydantic);
they are imported on first use because reading a card needs none of them.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, unquote

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from domain.base.countries import CODES

# C0 and C1 controls, line and paragraph separators, bidirectional overrides and isolates, noncharacter BOM.
FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
# Invisible characters whose category is letter or symbol: fillers of Hangul and Braille.
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
if TYPE_CHECKING:
    from pydantic import AnyUrl, TypeAdapter

MAX_URL = 2000
# As in the numbers of emergency services in some countries.
_FEWEST_DIGITS = 2

# Validation context of stored values: they were validated as input, and doing it again would load the
# libraries on every first read.
STORED: Final = "stored"


def _vetted(check: Callable[[str], str]) -> AfterValidator:
    def run(value: str, info: ValidationInfo) -> str:
        return value if info.context == STORED else check(value)

    return AfterValidator(run)


def _clean(value: str) -> str:
    if FORBIDDEN.search(value):
        raise PydanticCustomError("control_characters", "contains control or direction-changing characters")
    return unicodedata.normalize("NFC", value).strip()


def _one_line(value: str) -> str:
    text = _clean(value)
    if "\n" in text or "\t" in text:
        raise PydanticCustomError("control_characters", "must be a single line without tabs")
    return text


def is_visible(text: str) -> bool:
    """Whether a text has any visible character: a letter, digit, punctuation mark or symbol."""
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK for char in text)


def _something(text: str) -> str:
    if not text:
        raise PydanticCustomError("too_short", "must not be empty")
    return text


def _text(value: str) -> str:
    return _something(_clean(value))


def _visible_line(value: str) -> str:
    text = _something(_one_line(value))
    if not is_visible(text):
        raise PydanticCustomError("invisible", "needs at least one visible character")
    return text


def _country(value: str) -> str:
    if value not in CODES:
        raise PydanticCustomError("invalid_choice", "is not the code of a country, like SE")
    return value


def _many_lines(value: Any) -> Any:
    return _LINE_BREAKS.sub("\n", value) if isinstance(value, str) else value


def _email(value: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        return validate_email(_one_line(value), check_deliverability=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("invalid_email", "is not a valid e-mail address") from None


def _phone(value: str) -> str:
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(_one_line(value), None)
    except phonenumbers.NumberParseException:
        raise PydanticCustomError(
            "invalid_phone", "is not a phone number with its country code, like +46 70 174 06 05"
        ) from None
    if number.extension:
        raise PydanticCustomError("invalid_phone", "has an extension, which phones cannot dial from a card")
    if not phonenumbers.is_valid_number(number):
        raise PydanticCustomError("invalid_phone", "is not a number that can exist in its country")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _saved_number(value: str) -> str:
    """E.164 where the number can exist; another one of an address book stays as it was written."""
    text = _visible_line(value)
    if sum(char.isdecimal() for char in text) < _FEWEST_DIGITS:
        raise PydanticCustomError("invalid_phone", "is not a phone number, like +46 70 174 06 05")
    try:
        return _phone(text)
    except PydanticCustomError:
        return text


def phone_text(number: str) -> str:
    """E.164 number in the grouping of its country."""
    import phonenumbers  # noqa: PLC0415

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


@cache
def _any_url() -> "TypeAdapter[AnyUrl]":
    from pydantic import AnyUrl, TypeAdapter  # noqa: PLC0415

    return TypeAdapter(AnyUrl)


def _mailto(url: "AnyUrl") -> None:
    """Refuse a `mailto:` link with several addresses, or other fields than subject and body (RFC 6068)."""
    address = unquote(url.path or "")
    if url.host or address != address.strip() or "\ufffd" in address:
        raise PydanticCustomError("invalid_email", "is not a valid e-mail address")
    _email(address)
    for name, text in parse_qsl(url.query or "", keep_blank_values=True):
        if name not in ("subject", "body"):
            raise PydanticCustomError("invalid_url", "may give a mail a subject and a body, and nothing else")
        # A line break in a subject would begin another header; in a body it is written as two characters.
        if name == "subject":
            _one_line(text)
        else:
            _clean(_LINE_BREAKS.sub("\n", text))


def _url(schemes: tuple[str, ...]) -> AfterValidator:
    def check(value: str) -> str:
        text = _one_line(value)
        try:
            url = _any_url().validate_python(text)
        except ValidationError:
            raise PydanticCustomError(
                "invalid_url", "is not a complete address like https://example.com"
            ) from None
        if url.scheme not in schemes:
            allowed = ", ".join(f"{scheme}:" for scheme in schemes)
            raise PydanticCustomError(
                "url_scheme", "must start with one of: %(allowed)s", {"allowed": allowed}
            )
        if url.username or url.password:
            raise PydanticCustomError("invalid_url", "must not contain a user name or password")
        if len(str(url)) > MAX_URL:
            raise PydanticCustomError("too_long", "must be at most 2000 characters once encoded")
        if url.scheme == "tel":
            return f"tel:{_phone(unquote(url.path or ''))}"
        if url.scheme == "mailto":
            _mailto(url)
        return str(url)

    return _vetted(check)


# The length is checked before blanks are trimmed, as the API's description says.
def _filled(most: int) -> Any:
    """At most `most` characters, and one when trimmed: the types below see to that, in one step each."""
    return Field(max_length=most, json_schema_extra={"minLength": 1})


Name = Annotated[str, _filled(120), _vetted(_visible_line)]
ShortLine = Annotated[str, _filled(120), _vetted(_visible_line)]
Pronouns = Annotated[str, _filled(40), _vetted(_visible_line)]
PostalCode = Annotated[str, _filled(20), _vetted(_visible_line)]
Text = Annotated[str, _filled(2000), BeforeValidator(_many_lines), _vetted(_text)]
NoteText = Annotated[str, _filled(10_000), BeforeValidator(_many_lines), _vetted(_text)]
Street = Annotated[str, _filled(300), BeforeValidator(_many_lines), _vetted(_text)]
Bio = Annotated[str, _filled(600), BeforeValidator(_many_lines), _vetted(_text)]
EmailAddress = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), _vetted(_email)]
PhoneNumber = Annotated[
    str, Field(max_length=40, description="With country code; stored as E.164."), _vetted(_phone)
]
SavedNumber = Annotated[
    str,
    Field(max_length=60, description="Stored as E.164 if it is complete, otherwise as it was written."),
    _vetted(_saved_number),
]
WebUrl = Annotated[str, Field(max_length=MAX_URL, json_schema_extra={"format": "uri"}), _url(("https",))]
WebAddress = Annotated[
    str, Field(max_length=MAX_URL, json_schema_extra={"format": "uri"}), _url(("https", "http"))
]
LinkUrl = Annotated[
    str, Field(max_length=MAX_URL, json_schema_extra={"format": "uri"}), _url(("https", "mailto", "tel"))
]
Country = Annotated[
    str,
    Field(description="ISO 3166-1 alpha-2", json_schema_extra={"enum": sorted(CODES)}),
    _vetted(_country),
]

# The common part of RFC 5646: language, script, region, variants.
LanguageTag = Annotated[
    str,
    Field(
        pattern="^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{5,8})*$", max_length=35
    ),
]
ImageId = Annotated[str, Field(pattern="^img_[a-z2-7]{26}$")]

EmailKind = Literal["work", "home"]
PhoneKind = Literal["mobile", "work", "home"]
