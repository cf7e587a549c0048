"""The profiles that a form of the account offers."""

from typing import Final

import wiring.accounts

MOST_PROFILES: Final = 100


async def profile_choices(account_id: str, *also: str) -> list[tuple[str, str]]:
    """The account's profiles as (id, name), newest first: at most `MOST_PROFILES`, then those of `also`."""
    profiles = wiring.accounts.profiles()
    newest, _ = await profiles.list(account_id, MOST_PROFILES, None)
    found = {profile.id: profile.name for profile in newest}
    for profile_id in also:
        if profile_id not in found and (older := await profiles.get(account_id, profile_id)):
            found[older.id] = older.name
    return list(found.items())
