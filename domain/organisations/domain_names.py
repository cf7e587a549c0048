"""Names of domains: as they are stored (A-labels), and which of them no organisation can prove."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError, Url, ValidationError

_LABEL: Final = re.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Room for the label of the record before it: a name in DNS has 253 characters at most.
_MOST: Final = 253 - len("_izwop.")
_FEWEST_LABELS: Final = 2

# Names under which many people have addresses or sites. The record in DNS protects them anyway: nobody but
# the operator can set one. So the lists are a choice, short, for people to learn at once why a name cannot be
# proven: well-known services of mail, and what is met most of the Public Suffix List (publicsuffix.org). A
# top-level domain has one label and needs no list.
FREE_MAIL: Final = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com hotmail.se live.se outlook.se
    hotmail.co.uk yahoo.com yahoo.co.uk yahoo.se ymail.com icloud.com me.com mac.com aol.com gmx.com
    gmx.de gmx.net web.de t-online.de proton.me protonmail.com pm.me tutanota.com tuta.com fastmail.com
    zoho.com mail.com mail.ru yandex.com yandex.ru qq.com 163.com 126.com naver.com hey.com telia.com
    spray.se bredband.net comhem.se orange.fr wanadoo.fr free.fr laposte.net libero.it
    """.split()  # noqa: SIM905 - a list of a line for each would hide the code
)
PUBLIC_SUFFIXES: Final = frozenset(
    """
    co.uk org.uk ac.uk gov.uk ltd.uk plc.uk me.uk com.au net.au org.au edu.au gov.au co.nz org.nz co.jp
    ne.jp or.jp ac.jp go.jp com.br net.br org.br com.cn net.cn org.cn gov.cn com.hk com.tw com.sg com.my co.in
    net.in org.in co.kr or.kr co.za org.za com.tr com.mx com.ar co.il org.il com.pl com.ua com.ru co.at or.at
    org.se pp.se github.io gitlab.io pages.dev workers.dev web.app firebaseapp.com netlify.app vercel.app
    herokuapp.com azurewebsites.net cloudapp.net windows.net onmicrosoft.com ciamlogin.com sharepoint.com
    amazonaws.com cloudfront.net blogspot.com wordpress.com wixsite.com myshopify.com
    """.split()  # noqa: SIM905
)
# Names that mean nothing outside a network (RFC 2606, 6761, 6762, 8375). `example` is in no DNS.
_LOCAL: Final = frozenset({"localhost", "local", "internal", "invalid", "arpa", "onion", "lan", "home"})


def as_stored(text: str) -> str | None:
    """`xn--bcher-kva.example` for `Bücher.example`; None for what is no name of a host."""
    try:
        host = Url(f"https://{text.strip().removesuffix('.')}/").host or ""
    except ValidationError:
        return None
    # The parser also takes `a@b`, `a:80`, `a/b` and `a?b`, whose host is only a part of what was typed.
    plain = not set("@:/?#\\[] \t\n") & set(text.strip())
    labels = host.split(".")
    whole = plain and len(host) <= _MOST and all(_LABEL.fullmatch(label) for label in labels)
    return host if whole else None


def _domain(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("too_short", "must not be empty")
    if _is_address(value.strip()):
        raise PydanticCustomError("domain_address", "is the address of a machine, not a domain")
    name = as_stored(value)
    if name is None:
        raise PydanticCustomError("invalid_domain", "is not a domain, like example.com")
    labels = name.split(".")
    if _is_address(name):
        raise PydanticCustomError("domain_address", "is the address of a machine, not a domain")
    if len(labels) < _FEWEST_LABELS:
        raise PydanticCustomError("invalid_domain", "needs at least two parts, like example.com")
    if labels[-1] in _LOCAL:
        raise PydanticCustomError("domain_not_public", "is a name that is not in the public DNS")
    if name in FREE_MAIL:
        raise PydanticCustomError("domain_of_everybody", "gives e-mail addresses to everybody")
    if name in PUBLIC_SUFFIXES:
        raise PydanticCustomError("domain_of_everybody", "is shared by many; give your own name below it")
    return name


def _is_address(text: str) -> bool:
    return text.count(":") > 1 or text.rpartition(".")[2].isdigit()


# A domain that an organisation may try to prove, as A-labels.
ProvableDomain = Annotated[str, Field(max_length=300), AfterValidator(_domain)]


def domain_of(email: str) -> str | None:
    """The domain of an e-mail address, as it is stored."""
    return as_stored(email.rpartition("@")[2])
