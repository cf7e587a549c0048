"""The name an account takes over from the sign-in."""

from datetime import UTC, datetime

import pytest

from domain.accounts.account import Account, Identity, open_account


class Stores:
    """The stores of identities and accounts, as their ports describe them."""

    def __init__(self):
        self.reserved: dict[tuple[str, str], str] = {}
        self.made: dict[str, Account] = {}

    async def find(self, iss, sub):
        return self.reserved.get((iss, sub))

    async def reserve(self, iss, sub, account_id):
        return self.reserved.setdefault((iss, sub), account_id)

    async def get(self, account_id):
        return self.made.get(account_id)

    async def create(self, account):
        self.made[account.id] = account


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("  Ada Lovelace ", "Ada Lovelace"),
        ("佐藤 花子", "佐藤 花子"),
        ("Ada\nLovelace", None),
        ("unknown", None),
        ("Unknown", None),
        ("", None),
        (None, None),
        ("x" * 1000, None),
    ],
)
async def test_a_name_is_kept_only_if_a_card_can_show_it(said, kept):
    stores = Stores()
    identity = Identity(iss="https://idp", sub="ada", email="ada@example.com", name=said)
    account = await open_account(
        identity,
        account_id="acc_" + "a" * 26,
        now=datetime(2026, 11, 26, tzinfo=UTC),
        language="sv",
        accounts=stores,
        identities=stores,
    )
    assert account.mail_language == "sv"
    assert account.name == stores.made[account.id].name == kept
