"""What a contact has of an exchange: made, corrected and taken out, whatever the owner does in between."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.cards.exchange_form import ExchangeForm
from domain.exchange.details import Details
from domain.exchange.exchange import Consent, Exchange
from domain.exchange.in_contact import NAMELESS, corrected, is_empty, made_from, taken_out
from domain.relationships.contact import ContactContent, ContactEmail, CustomField

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = date(2026, 11, 27)
EXCHANGE = Exchange(
    id="exc_" + "a" * 26,
    owner_id="acc_" + "a" * 26,
    card_id="crd_" + "a" * 26,
    handle="ada",
    state="kept",
    details=None,
    asked=ExchangeForm(),
    consent=Consent(text="I agree", version="contact.2026-11-26", language="en"),
    receipt="",
    link="",
    given_at=AT,
    until=None,
    updated_at=AT,
)
WORDS = st.sampled_from(["Grace", "Ada", "Mary"])
DETAILS = st.builds(
    Details,
    name=WORDS,
    email=st.none() | st.sampled_from(["one@example.com", "two@example.com", "Two@example.com"]),
    phone=st.none() | st.sampled_from(["+46701740605", "+46701740606", "extension 12"]),
    organisation=st.none() | WORDS,
    title=st.none() | WORDS,
    message=st.none() | WORDS,
)


def with_own(content: ContactContent) -> ContactContent:
    """The contact after its owner wrote something of their own."""
    own = ContactEmail(address="own@example.com", source="typed", since=TODAY)
    fields = [*content.custom_fields, CustomField(label="Ship", text="Hopper")]
    return content.model_copy(
        update={"emails": [own, *content.emails], "custom_fields": fields, "nickname": "G"}
    )


@given(DETAILS)
def test_what_was_only_theirs_is_gone_without_a_trace(details: Details) -> None:
    assert is_empty(taken_out(made_from(EXCHANGE, details), EXCHANGE, details, []))


@given(DETAILS)
def test_what_the_owner_wrote_stays(details: Details) -> None:
    left = taken_out(with_own(made_from(EXCHANGE, details)), EXCHANGE, details, [])
    assert left == with_own(ContactContent(name=NAMELESS))
    assert not is_empty(left)


@given(DETAILS, DETAILS, DETAILS)
def test_corrections_lead_to_what_the_last_one_says(first: Details, second: Details, third: Details) -> None:
    content = made_from(EXCHANGE, first)
    for before, after in ((first, second), (second, third)):
        content = corrected(content, before, after, TODAY)
        # Carried out twice, an effect changes nothing more.
        assert corrected(content, before, after, TODAY) == content
    assert (content.name, content.title, content.organisation) == (
        third.name, third.title, third.organisation,
    )  # fmt: skip
    assert [email.address for email in content.emails] == [third.email] * bool(third.email)
    assert [phone.number for phone in content.phones] == [third.phone] * bool(third.phone)
    assert [own.text for own in content.custom_fields] == [third.message] * bool(third.message)
    assert is_empty(taken_out(content, EXCHANGE, third, []))


@given(DETAILS, DETAILS)
def test_a_correction_leaves_what_the_owner_wrote(before: Details, after: Details) -> None:
    content = with_own(made_from(EXCHANGE, before)).model_copy(update={"title": "Written by the owner"})
    changed = corrected(content, before, after, TODAY)
    assert changed.title == "Written by the owner"
    assert changed.nickname == "G"
    assert "own@example.com" in [email.address for email in changed.emails]
    assert "Hopper" in [own.text for own in changed.custom_fields]


@given(DETAILS)
def test_what_another_exchange_of_the_contact_gave_too_stays(details: Details) -> None:
    content = made_from(EXCHANGE, details)
    left = taken_out(content, EXCHANGE, details, [details])
    assert (left.name, left.emails, left.phones) == (content.name, content.emails, content.phones)
    assert (left.title, left.organisation) == (content.title, content.organisation)
