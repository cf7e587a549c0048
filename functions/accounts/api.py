"""`/api/v1`: the caller's account, sessions and profiles."""

from datetime import datetime

import wiring.accounts
import wiring.cards
import wiring.sign_in
from domain.accounts.account import LanguageChoice, MailChoice
from domain.accounts.profiles import (
    Profile,
    ProfileInput,
    create_profile,
    delete_profile,
    read_deleted_profile,
    read_profile,
    rename_profile,
    restore_profile,
)
from domain.base.errors import KeyReused, NotFound, ProfileInUse
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.base.texts import Language
from domain.sign_in.sessions import csrf_token
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, Page, operation


class AccountOut(Closed):
    id: str
    email: str
    language: Language | None
    mails: MailChoice
    created_at: datetime


class SessionOut(Closed):
    """`csrfToken` goes into X-CSRF-Token of unsafe requests with the cookie; null with a bearer token."""

    csrf_token: str | None


class ProfileOut(Closed):
    id: str
    name: str
    created_at: datetime
    updated_at: datetime


class ProfileList(Closed):
    data: list[ProfileOut]
    page: Page


class DeletedProfileOut(Closed):
    """A deleted profile as it was. It can be taken back before `restorableUntil`, and is then erased."""

    profile: ProfileOut
    restorable_until: datetime


class DeletedProfileList(Closed):
    data: list[DeletedProfileOut]
    page: Page


def _out(profile: Profile) -> ProfileOut:
    return ProfileOut(
        id=profile.id, name=profile.name, created_at=profile.created_at, updated_at=profile.updated_at
    )


def _deleted_out(profile: Profile) -> list[DeletedProfileOut]:
    """The profile, or nothing if it is erased."""
    if profile.kept is None:
        return []
    return [DeletedProfileOut(profile=_out(profile.as_it_was), restorable_until=profile.kept.until)]


@operation("The caller's account", answer=AccountOut, conflicts=(NotFound,))
async def get_account(call: Call) -> Answer:
    account = await wiring.accounts.store().get(call.account_id)
    if account is None:
        raise NotFound
    return Answer(
        AccountOut(
            id=account.id,
            email=account.email,
            language=account.language,
            mails=MailChoice(reminders=account.reminder_mails),
            created_at=account.created_at,
        )
    )


@operation("Choose the language of pages and mails; null follows the browser", body=LanguageChoice)
async def put_language(call: Call[LanguageChoice]) -> Answer:
    await wiring.accounts.store().choose_language(call.account_id, call.body.language)
    return Answer()


@operation("Choose which mails to get", body=MailChoice)
async def put_mails(call: Call[MailChoice]) -> Answer:
    await wiring.accounts.store().choose_mails(call.account_id, reminders=call.body.reminders)
    return Answer()


@operation("How this request is signed in", answer=SessionOut)
async def get_session(call: Call) -> Answer:
    return Answer(SessionOut(csrf_token=csrf_token(call.session_token) if call.session_token else None))


@operation("Sign out everywhere: end every browser session of the account", fresh=True)
async def end_sessions(call: Call) -> Answer:
    await wiring.sign_in.sessions().delete_all(call.account_id)
    return Answer()


@operation("The account's profiles, newest first", answer=ProfileList, lists=True)
async def list_profiles(call: Call) -> Answer:
    found, following = await wiring.accounts.profiles().list(call.account_id, call.limit, call.cursor)
    return Answer(ProfileList(data=[_out(profile) for profile in found], page=Page(next=following)))


@operation(
    "Make a profile",
    body=ProfileInput,
    answer=ProfileOut,
    creates=True,
    conflicts=(KeyReused, LimitReached),
)
async def post_profile(call: Call[ProfileInput]) -> Answer:
    profile = await create_profile(
        call.account_id,
        call.body,
        profile_id=new_id("prf"),
        key=call.key,
        now=call.now,
        profiles=wiring.accounts.profiles(),
    )
    return Answer(_out(profile), profile.version, location=f"profiles/{profile.id}")


@operation("One profile", answer=ProfileOut)
async def get_profile(call: Call) -> Answer:
    profile = await read_profile(
        call.account_id, call.params["profileId"], profiles=wiring.accounts.profiles()
    )
    return Answer(_out(profile), profile.version)


@operation(
    "Rename a profile",
    body=ProfileInput,
    answer=ProfileOut,
    versioned=True,
)
async def put_profile(call: Call[ProfileInput]) -> Answer:
    profile = await rename_profile(
        call.account_id,
        call.params["profileId"],
        call.body,
        version=call.version,
        now=call.now,
        profiles=wiring.accounts.profiles(),
    )
    return Answer(_out(profile), profile.version)


@operation(
    "Delete a profile that has no cards; it can be taken back for a day",
    versioned=True,
    fresh=True,
    conflicts=(ProfileInUse,),
)
async def remove_profile(call: Call) -> Answer:
    await delete_profile(
        call.account_id,
        call.params["profileId"],
        version=call.version,
        now=call.now,
        cards=wiring.cards.store(),
        profiles=wiring.accounts.profiles(),
    )
    return Answer()


@operation(
    "The account's deleted profiles that can be taken back, newest first",
    answer=DeletedProfileList,
    lists=True,
)
async def list_deleted_profiles(call: Call) -> Answer:
    profiles = wiring.accounts.profiles()
    found, following = await profiles.list_deleted(call.account_id, call.limit, call.cursor)
    data = [out for profile in found if profile.can_come_back(call.now) for out in _deleted_out(profile)]
    return Answer(DeletedProfileList(data=data, page=Page(next=following)))


@operation("One deleted profile that can be taken back", answer=DeletedProfileOut)
async def get_profile_restoration(call: Call) -> Answer:
    profile = await read_deleted_profile(
        call.account_id, call.params["profileId"], now=call.now, profiles=wiring.accounts.profiles()
    )
    return Answer(_deleted_out(profile)[0], profile.version)


@operation("Take a deleted profile back", answer=ProfileOut, versioned=True, conflicts=(LimitReached,))
async def put_profile_restoration(call: Call) -> Answer:
    profile = await restore_profile(
        call.account_id,
        call.params["profileId"],
        version=call.version,
        now=call.now,
        profiles=wiring.accounts.profiles(),
    )
    return Answer(_out(profile), profile.version)
