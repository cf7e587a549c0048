"""Signatures of Standard Webhooks, against the library of the specification's authors, and deliveries."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from adapters.outbound.webhooks import Delivery, deliver, new_secret, sign, verify
from domain.base.errors import Unauthenticated
from domain.integrations.errors import AddressRefused
from tests.adapters.outbound.servers import answer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another secret of 32 bytes, yes!").decode()
BODY = '{"test": 2432232314, "ä": "é"}'.encode()
NOW = datetime(2026, 11, 27, 13, 0, 0, 700_000, tzinfo=UTC)


def test_the_example_of_the_specification_has_its_signature() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_library_accepts_what_is_signed_here() -> None:
    now = datetime.now(UTC)
    headers = sign([OTHER, SECRET], "msg_1", now, BODY)
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(BODY, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + b" ", headers)


def test_what_the_library_signs_is_accepted_here() -> None:
    signature = Webhook(SECRET).sign("msg_1", NOW, BODY.decode())
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(NOW.timestamp())),
        "Webhook-Signature": signature,
    }
    assert verify([SECRET], headers, BODY, NOW) == "msg_1"


@pytest.mark.parametrize("hours", [-8, 0, 5.5])
def test_a_time_is_the_same_in_every_zone(hours) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=hours)))
    assert sign([SECRET], "msg_1", elsewhere, BODY) == sign([SECRET], "msg_1", NOW, BODY)


@pytest.mark.parametrize("body", [b"", b"\xff\x00 no text", b"a.b.c", b"x" * 100_000])
def test_every_body_can_be_signed(body: bytes) -> None:
    assert verify([SECRET], sign([SECRET], "msg_1", NOW, body), body, NOW) == "msg_1"


def test_while_a_secret_is_changed_both_are_valid() -> None:
    both, new = sign([OTHER, SECRET], "msg_1", NOW, BODY), sign([OTHER], "msg_1", NOW, BODY)
    for secrets in ([SECRET], [OTHER], [OTHER, SECRET]):
        assert verify(secrets, both, BODY, NOW) == "msg_1"
    assert verify([SECRET, OTHER], new, BODY, NOW) == "msg_1"
    with pytest.raises(Unauthenticated):
        verify([SECRET], new, BODY, NOW)


@pytest.mark.parametrize(
    ("seconds", "valid"), [(-301, False), (-299, True), (0, True), (299, True), (301, False)]
)
def test_a_message_is_valid_for_five_minutes(seconds, valid) -> None:
    headers = sign([SECRET], "msg_1", NOW + timedelta(seconds=seconds), BODY)
    if valid:
        assert verify([SECRET], headers, BODY, NOW) == "msg_1"
    else:
        with pytest.raises(Unauthenticated):
            verify([SECRET], headers, BODY, NOW)


GOOD = sign([SECRET], "msg_1", NOW, BODY)
STAMP, SIGNED = GOOD["webhook-timestamp"], GOOD["webhook-signature"]
WRONG = {
    "no id": {"webhook-id": None},
    "no time": {"webhook-timestamp": None},
    "no signature": {"webhook-signature": None},
    "empty": {"webhook-signature": ""},
    "another id": {"webhook-id": "msg_2"},
    "id with a dot": {"webhook-id": "msg.1"},
    "id with a blank": {"webhook-id": "msg 1"},
    "id with a line": {"webhook-id": "msg_1\n"},
    "long id": {"webhook-id": "m" * 257},
    "id of letters of others": {"webhook-id": "msg_ä"},
    "another time": {"webhook-timestamp": str(int(STAMP) + 1)},
    "time with a part": {"webhook-timestamp": f"{STAMP}.5"},
    "time with an exponent": {"webhook-timestamp": "1.7e9"},
    "time with a sign": {"webhook-timestamp": f"+{STAMP}"},
    "time with a blank": {"webhook-timestamp": f" {STAMP}"},
    "time of other digits": {"webhook-timestamp": "".join(chr(0x660 + int(each)) for each in STAMP)},
    "no number": {"webhook-timestamp": "NaN"},
    "endless": {"webhook-timestamp": "9" * 5000},
    "only the version": {"webhook-signature": "v1"},
    "nothing after the version": {"webhook-signature": "v1,"},
    "no version": {"webhook-signature": SIGNED.partition(",")[2]},
    "another version": {"webhook-signature": SIGNED.replace("v1,", "v1a,")},
    "no base64": {"webhook-signature": "v1,!!!"},
    "base64 with more": {"webhook-signature": SIGNED + "!"},
    "cut": {"webhook-signature": SIGNED[:-4]},
    "letters of others": {"webhook-signature": "v1,ä"},
    "commas": {"webhook-signature": "v1,,," + SIGNED},
    "hidden behind many": {"webhook-signature": "v1,AAAA " * 10 + SIGNED},
}


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG)
def test_a_message_that_is_not_as_it_was_signed_is_refused(changed) -> None:
    headers = {name: value for name, value in (GOOD | changed).items() if value is not None}
    with pytest.raises(Unauthenticated):
        verify([SECRET], headers, BODY, NOW)


@pytest.mark.parametrize("other", ["v1", "v1,!!! ", "v2,abc", "v1a,abc", "", "v1,AAAA"])
def test_a_signature_that_is_not_understood_does_not_spoil_another(other) -> None:
    for text in (f"{other} {SIGNED}", f"{SIGNED} {other}"):
        assert verify([SECRET], GOOD | {"webhook-signature": text}, BODY, NOW) == "msg_1"


def test_another_body_or_no_secret_is_refused() -> None:
    for secrets, body in (([SECRET], BODY + b" "), ([SECRET], b""), ([], BODY), ([OTHER], BODY)):
        with pytest.raises(Unauthenticated):
            verify(secrets, GOOD, body, NOW)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_short", "password!", "whsec_" + "A" * 31, "whsec_" + "A" * 400]
)
def test_a_secret_that_can_be_guessed_signs_and_opens_nothing(secret) -> None:
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        sign([secret], "msg_1", NOW, BODY)
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        verify([secret], GOOD, BODY, NOW)


@pytest.mark.parametrize(
    ("message_id", "at"), [("", NOW), ("a.b", NOW), ("a\r\nX: b", NOW), ("msg_1", NOW.replace(tzinfo=None))]
)
def test_a_message_without_a_plain_id_and_a_time_is_not_signed(message_id, at) -> None:
    with pytest.raises(ValueError, match="a message has an id"):
        sign([SECRET], message_id, at, BODY)


def test_new_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    for secret in made:
        assert verify([secret], sign([secret], "msg_1", NOW, BODY), BODY, NOW) == "msg_1"


@pytest.mark.parametrize(
    ("said", "delivery"),
    [
        (answer(200), Delivery(200)),
        (answer(204, b""), Delivery(204)),
        (answer(302, Location="https://elsewhere.example"), Delivery(302)),
        (answer(410), Delivery(410)),
        (answer(429, Retry_After="120"), Delivery(429, 120)),
        (answer(503), Delivery(503)),
        (answer(200, b"x" * 1_000_000), Delivery(200)),
        (b"nonsense\r\n\r\n", Delivery(None)),
    ],
    ids=range(8),
)
async def test_a_delivery_is_one_signed_post_and_its_status(outbound, server, said, delivery) -> None:
    server.answers = [said]
    url = f"{server.url}/hook"
    done = await deliver(outbound, url, BODY, message_id="msg_1", secrets=[OTHER, SECRET], at=NOW)
    assert done == delivery
    [sent] = server.seen
    head, _, body = sent.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert head.startswith(b"POST /hook HTTP/1.1")
    assert headers["Content-Type"] == "application/json"
    assert verify([SECRET], headers, body, NOW) == "msg_1"


async def test_a_delivery_leads_to_nobody_inside(outbound, server) -> None:
    with pytest.raises(AddressRefused):
        await deliver(outbound, "https://localhost/", BODY, message_id="msg_1", secrets=[SECRET], at=NOW)
    gone = "http://127.0.0.1:9/"
    assert await deliver(outbound, gone, BODY, message_id="msg_1", secrets=[SECRET], at=NOW) == Delivery(None)
