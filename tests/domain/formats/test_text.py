"""A card as plain text."""

from domain.formats.text import write_text
from tests.card_views import URL, full_view


def test_every_value_has_its_line_in_the_order_people_read() -> None:
    assert write_text(full_view(), URL, None).decode().split("\n\n")[:2] == [
        "Ada King Lovelace (she/her)\nAnalyst, first of her kind\nAnalytical; Engines, Ltd",
        (
            "Phone (mobile): +46701740605\n"
            "Phone (Front desk): +4686114000\n"
            "Phone (home): +442079460958\n"
            "E-mail (work): ada@example.com\n"
            "E-mail (Letters, slow): al@example.org\n"
            "Office address: Storgatan 1 Plan 2, 903 26, Umeå, Västerbotten, SE"
        ),
    ]
    text = write_text(full_view(), URL, None).decode()
    assert "Website: https://example.com/a;b,c\nLinkedIn: https://www.linkedin.com/in/ada\n" in text
    assert f"iZwop: {URL}\n\nPoet of numbers;\nbackslash \\ friend\n" in text


def test_a_name_alone_is_a_name_and_the_address_of_the_card() -> None:
    view = full_view()
    bare = view.model_copy(update={"content": type(view.content).model_validate({"name": "Ada"})})
    assert write_text(bare, URL, None).decode() == f"Ada\n\niZwop: {URL}\n"
