"""Tags of an owner's contacts: the labels in use.

A list is asked for by the id of a tag, never by its label: labels are private, and addresses of pages end in
logs.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Protocol

from pydantic import Field

from domain.base.errors import Conflict, NotFound, StaleVersion
from domain.base.folding import fold
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import LimitReached
from domain.base.model import Model
from domain.base.texts import N_
from domain.relationships.contact import ContactContent
from domain.relationships.keys import OwnerKey

TagId = Annotated[str, Field(pattern="^tag_[a-z2-7]{26}$")]
GroupId = Annotated[str, Field(pattern="^grp_[a-z2-7]{26}$")]
# Different tags of one owner.
MOST_LABELS = 1000
_TRIES = 4


class TagInUse(Conflict):
    code = "tag_in_use"
    title = N_("There are contacts with this tag")


class TagBook(Model):
    """The tags and the groups of an owner: the label of each by its id."""

    owner_id: str
    labels: dict[str, str] = Field(default={})
    groups: dict[str, str] = Field(default={})
    etag: str | None = Field(default=None, exclude=True)

    def labels_of(self, tag: str | None, group: str | None) -> tuple[str | None, str | None] | None:
        """The labels of a tag and a group, by their ids; None if one of these is not in the book."""
        found = (self.labels.get(tag or ""), self.groups.get(group or ""))
        return None if (tag and not found[0]) or (group and not found[1]) else found

    def sorted(self) -> list[tuple[str, str]]:
        return _sorted(self.labels)

    def sorted_groups(self) -> list[tuple[str, str]]:
        return _sorted(self.groups)


def _sorted(labels: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(labels.items(), key=lambda each: (fold(each[1]), each[0]))


class TagStore(Protocol):
    async def key(self, owner_id: str) -> OwnerKey: ...
    async def book(self, owner_id: str) -> TagBook: ...
    async def save_book(self, book: TagBook) -> None:
        """Store the book; `StaleVersion` if somebody else did meanwhile."""
        ...

    async def any_tagged(self, owner_id: str, tag_id: str) -> bool: ...


def tag_id(key: OwnerKey, label: str) -> str:
    """Id of an owner's tag, which says nothing to anybody else: the same for labels that fold to the same."""
    return make_id(ID_PREFIXES["tag"], key.digest(f"tag {fold(label)}")[:ID_BYTES])


def group_id(key: OwnerKey, label: str) -> str:
    """Id of an owner's group, as of a tag."""
    return make_id(ID_PREFIXES["group"], key.digest(f"group {fold(label)}")[:ID_BYTES])


async def remember_tags(
    owner_id: str, labels: Iterable[str], groups: Iterable[str] = (), *, tags: TagStore
) -> None:
    """Add labels to the owner's book before a contact has them, so that every tag of a contact is in it."""
    labels, groups = list(labels), list(groups)
    if not labels and not groups:
        return
    key = await tags.key(owner_id)
    wanted = {tag_id(key, label): label for label in labels}
    wanted_groups = {group_id(key, label): label for label in groups}
    for left in reversed(range(_TRIES)):
        book = await tags.book(owner_id)
        if wanted.keys() <= book.labels.keys() and wanted_groups.keys() <= book.groups.keys():
            return
        known, known_groups = {**wanted, **book.labels}, {**wanted_groups, **book.groups}
        if len(known) > MOST_LABELS:
            raise LimitReached(
                N_("You may have %(most)s different tags. Forget one that no contact has.", most=MOST_LABELS)
            )
        if len(known_groups) > MOST_LABELS:
            raise LimitReached(N_("You may have %(most)s different groups.", most=MOST_LABELS))
        try:
            await tags.save_book(book.model_copy(update={"labels": known, "groups": known_groups}))
        except StaleVersion:
            if not left:
                raise
        else:
            return


async def remember_again(owner_id: str, contents: Iterable[ContactContent], *, tags: TagStore) -> None:
    """Have the tags of contacts that come back in the book, where they may have been forgotten meanwhile.

    One beyond the limit is listed nowhere, and stays on its contacts: it keeps nothing from coming back.
    """
    contents = list(contents)
    labels = [label for content in contents for label in content.tags]
    groups = [label for content in contents for label in content.groups]
    with suppress(LimitReached):
        await remember_tags(owner_id, labels, groups, tags=tags)


async def forget_tag(owner_id: str, tag: str, *, tags: TagStore) -> None:
    """Drop a tag that no contact has."""
    book = await tags.book(owner_id)
    if tag not in book.labels:
        raise NotFound
    if await tags.any_tagged(owner_id, tag):
        raise TagInUse
    left = {each: label for each, label in book.labels.items() if each != tag}
    await tags.save_book(book.model_copy(update={"labels": left}))
