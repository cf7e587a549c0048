"""Fresh sign-ins: acts that do harm in the wrong hands need one, and go on after it."""

from datetime import datetime, timedelta

from domain.base.errors import Forbidden
from domain.base.model import Model
from domain.base.texts import N_

# As long as a sign-in may take, and a look at what it is for.
ACT_LIFETIME = timedelta(minutes=15)


class FreshSignInNeeded(Forbidden):
    """The act `label` needs a sign-in that is younger than this session's."""

    code = "fresh_sign_in_needed"
    title = N_("Sign in again to confirm that it is you")

    def __init__(self, account_id: str = "", label: str = "") -> None:
        super().__init__()
        self.account_id, self.label = account_id, label


class PendingAct(Model):
    """A form that waits for a fresh sign-in of its account, as the browser keeps it, sealed."""

    account_id: str
    path: str
    fields: dict[str, str]
    label: str
    began_at: datetime

    def is_live(self, now: datetime) -> bool:
        return now - self.began_at < ACT_LIFETIME


def is_fresh(authenticated_at: datetime | None, now: datetime, within: timedelta) -> bool:
    """Whether a sign-in is young enough. One of an unknown time is not."""
    return authenticated_at is not None and now - authenticated_at < within
