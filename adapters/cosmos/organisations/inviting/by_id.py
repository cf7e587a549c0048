"""People of an organisation in the order of their ids, which never change: whoever goes through all of them
misses nobody who is renamed meanwhile.
"""

from adapters.cosmos.database import Items
from adapters.cosmos.documents import from_document
from domain.organisations.organisation import Member, MemberFilter


async def members_after(
    items: Items, org_id: str, wanted: MemberFilter, limit: int, after: str
) -> list[Member]:
    """Those with this role and of this team, from the one after `after`."""
    where, values = "", dict[str, str]()
    if wanted.role:
        where += " AND c.memberRole = @role"
        values["role"] = wanted.role
    if wanted.team:
        where += " AND ARRAY_CONTAINS(c.teams, @team)"
        values["team"] = wanted.team
    found = await items.query(
        f"SELECT TOP @count * FROM c WHERE c.kind = 'member'{where}"  # noqa: S608 - conditions of ours
        " AND c.id > @after ORDER BY c.id",
        org_id,
        count=limit,
        after=after,
        **values,
    )
    return [from_document(Member, stored) for stored in found]
