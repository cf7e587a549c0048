"""Which template a member's card follows: by the nearest team, in the order of the list, or the default."""

from datetime import UTC, datetime

from domain.organisations.organisation import Member
from domain.organisations.teams.team import Team, Teams
from domain.organisations.templates.assigning import AssignmentContent, template_for

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def team(name: str, parent: str | None = None, *, deleted: bool = False) -> Team:
    deleted_at = NOW if deleted else None
    return Team(id=name, name=name, parent_id=parent, deleted_at=deleted_at, created_at=NOW, updated_at=NOW)


TEAMS = Teams(
    org_id="org",
    teams=[
        team("sales"),
        team("nordic", "sales"),
        team("sweden", "nordic"),
        team("design"),
        team("old", "design", deleted=True),
    ],
)


def member(*teams: str) -> Member:
    return Member(
        id="mem", org_id="org", account_id="acc", name="Ada", email="ada@example.com", role="member",
        teams=list(teams), since=NOW, updated_at=NOW,
    )  # fmt: skip


def content(*teams: tuple[str, str], default: str | None = None) -> AssignmentContent:
    rows = [{"team_id": team, "template_id": template} for team, template in teams]
    return AssignmentContent.model_construct(
        teams=[_Row(**row) for row in rows], default=default, cards_for_new=False
    )


class _Row:
    """An assignment whose ids are short."""

    def __init__(self, team_id: str, template_id: str) -> None:
        self.team_id, self.template_id = team_id, template_id


def test_the_template_of_the_team_itself_comes_before_that_above_it() -> None:
    given = content(("sales", "a"), ("nordic", "b"))
    assert template_for(member("nordic"), TEAMS, given) == "b"
    assert template_for(member("sweden"), TEAMS, given) == "b"
    assert template_for(member("sales"), TEAMS, given) == "a"


def test_of_several_teams_the_first_in_the_list_counts() -> None:
    given = content(("design", "d"), ("nordic", "n"))
    for teams in (("sweden", "design"), ("design", "sweden")):
        assert template_for(member(*teams), TEAMS, given) == "d"
    assert template_for(member("sweden", "sales"), TEAMS, given) == "n"


def test_who_has_no_team_with_one_gets_the_default_or_none() -> None:
    given = content(("nordic", "n"), default="e")
    assert template_for(member(), TEAMS, given) == "e"
    assert template_for(member("design", "never-was"), TEAMS, given) == "e"
    assert template_for(member("design"), TEAMS, content(("nordic", "n"))) is None


def test_a_deleted_team_counts_until_it_is_taken_from_its_people() -> None:
    assert template_for(member("old"), TEAMS, content(("old", "o"), ("design", "d"))) == "o"
    assert template_for(member("old"), TEAMS, content(("design", "d"))) == "d"
