"""Access to a system by OAuth: a person is sent to its vendor, and comes back with a code.

The `state` that the vendor gives back is sealed, and says which session began it: a code that another session
brings opens nothing.
"""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import timedelta
from typing import Any, Final

import azure.functions as func

import wiring.integrations
import wiring.integrations.connectors
import wiring.organisations
import wiring.sign_in
import wiring.site
from domain.base.errors import Conflict, InvalidInput, NotFound, Unavailable
from domain.base.fields import Name
from domain.base.model import Model
from domain.integrations.connecting import Connecting, connect
from domain.integrations.connectors import Kind
from domain.integrations.errors import AccessLost
from domain.organisations.organisation import acting
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import id_for, now
from functions.framework.my_pages import person_of
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.integrations.pages import at, described
from functions.organisations.acting import org_page, sent

CALLBACK: Final = "/my/integrations/callback"
_PURPOSE: Final = "access to a client's system"
_LASTS: Final = timedelta(minutes=15)
_LONGEST: Final = 4096


class _Begun(Model):
    """What the `state` seals. `session` is a digest of who began."""

    session: str
    org_id: str
    kind: Kind
    name: Name
    verifier: str
    until: float


async def allow(req: func.HttpRequest) -> func.HttpResponse:
    """Send the person to the vendor, which asks whether iZwop may have access."""
    person, by, form = await sent(req, "connect_sources")
    description = described(req)
    require_fresh(person, N_("Connect a system"))
    begun = _Begun(
        session=_session_of(person),
        org_id=by.organisation.id,
        kind=description.kind,
        name=form.get("name", "").strip()[:200] or description.name,
        verifier=secrets.token_urlsafe(48),
        until=(now() + _LASTS).timestamp(),
    )
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    address = wiring.integrations.connectors.allow_address(
        description.kind,
        state=wiring.sign_in.sealer().seal(begun.model_dump_json().encode(), _PURPOSE),
        redirect=f"{wiring.site.origin()}{CALLBACK}",
        challenge=base64.urlsafe_b64encode(digest).decode().rstrip("="),
    )
    if address is None:
        raise NotFound
    values: dict[str, Any] = {"described": description, "address": address}
    return org_page("organisations/integrations/leave.html", person, by, **values)


def _session_of(person: SignedIn) -> str:
    return hashlib.sha256(f"oauth\n{person.token}".encode()).hexdigest()


def _begun(state: str) -> _Begun | None:
    plain = wiring.sign_in.sealer().unseal(state, _PURPOSE) if 0 < len(state) <= _LONGEST else None
    return None if plain is None else _Begun.model_validate(json.loads(plain))


async def callback(req: func.HttpRequest) -> func.HttpResponse:
    """Connect the system by the code that the vendor gave."""
    person = await person_of(req)
    begun = _begun(req.params.get("state", ""))
    if begun is None or now().timestamp() > begun.until:
        raise NotFound
    if not hmac.compare_digest(begun.session, _session_of(person)):
        raise NotFound
    store = wiring.organisations.store()
    by = await acting(begun.org_id, person.account_id, "connect_sources", organisations=store)
    code = req.params.get("code", "")
    if not code or len(code) > _LONGEST:
        return redirect(f"{at(by)}?done=refused")
    try:
        source_id = id_for("source", begun.org_id, by.member.id, begun.verifier)
        credentials = await wiring.integrations.connectors.for_code(
            begun.kind, code, redirect=f"{wiring.site.origin()}{CALLBACK}", verifier=begun.verifier
        )
        connecting = Connecting(source_id, begun.kind, begun.name, credentials, now())
        source = await connect(by, connecting, ports=wiring.integrations.connect_ports())
    except (AccessLost, InvalidInput):
        return redirect(f"{at(by)}?done=refused")
    except (Conflict, Unavailable) as refusal:
        values: dict[str, Any] = {
            "told": _(refusal.detail),
            "place": f"/org/{by.organisation.id}/connect/{begun.kind}",
        }
        return org_page("organisations/integrations/not_connected.html", person, by, **values)
    return redirect(f"{at(by, source)}?done=connected")
