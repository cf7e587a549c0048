"""Credentials of one source, while it is called (`domain/integrations/credentials.py:Access`)."""

from collections.abc import Awaitable, Callable

from domain.integrations.credentials import Credentials
from domain.integrations.errors import AccessLost


class SourceAccess:
    """`opened` reads the stored ones, once; `renew` gets others in place of those that were refused."""

    def __init__(
        self,
        opened: Callable[[], Awaitable[Credentials]],
        renew: Callable[[Credentials], Awaitable[Credentials]] | None = None,
    ) -> None:
        self._opened, self._renew = opened, renew
        self._held: Credentials | None = None

    async def current(self) -> Credentials:
        if self._held is None:
            self._held = await self._opened()
        return self._held

    async def renewed(self, refused: Credentials) -> Credentials:
        if self._renew is None or refused.refresh_token is None:
            raise AccessLost
        self._held = await self._renew(refused)
        return self._held
