"""Social networks: their names, the hosts of their links, and the pages of their people."""

import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from domain.base.hosts import as_written


class Network(NamedTuple):
    """A network. `page` is the address of a person there, whose user name matches `user`."""

    name: str
    hosts: tuple[str, ...]
    page: str
    user: str = "[A-Za-z0-9._-]{1,60}"


NETWORKS = (
    Network("Behance", ("behance.net",), "https://www.behance.net/{}"),
    Network("Bluesky", ("bsky.app",), "https://bsky.app/profile/{}"),
    Network("Dribbble", ("dribbble.com",), "https://dribbble.com/{}"),
    Network("Facebook", ("facebook.com",), "https://www.facebook.com/{}"),
    Network("GitHub", ("github.com",), "https://github.com/{}", "[A-Za-z0-9-]{1,39}"),
    Network("GitLab", ("gitlab.com",), "https://gitlab.com/{}"),
    Network("Instagram", ("instagram.com",), "https://www.instagram.com/{}", "[A-Za-z0-9._]{1,30}"),
    Network("LINE", ("line.me",), "https://line.me/ti/p/~{}"),
    Network("LinkedIn", ("linkedin.com",), "https://www.linkedin.com/in/{}", r"[\w-]{1,100}"),
    Network("Mastodon", ("mastodon.social",), "https://mastodon.social/@{}", "[A-Za-z0-9_]{1,30}"),
    Network("Medium", ("medium.com",), "https://medium.com/@{}"),
    Network("ORCID", ("orcid.org",), "https://orcid.org/{}", r"(?:[0-9]{4}-){3}[0-9]{3}[0-9X]"),
    Network("Pinterest", ("pinterest.com",), "https://www.pinterest.com/{}"),
    Network("Telegram", ("t.me",), "https://t.me/{}", "[A-Za-z0-9_]{1,32}"),
    Network("Threads", ("threads.net", "threads.com"), "https://www.threads.net/@{}", "[A-Za-z0-9._]{1,30}"),
    Network("TikTok", ("tiktok.com",), "https://www.tiktok.com/@{}", "[A-Za-z0-9._]{1,24}"),
    Network("Vimeo", ("vimeo.com",), "https://vimeo.com/{}"),
    Network("Weibo", ("weibo.com",), "https://weibo.com/{}", r"[\w-]{1,30}"),
    Network("WhatsApp", ("wa.me",), "https://wa.me/{}", "[1-9][0-9]{6,14}"),
    Network("X", ("x.com", "twitter.com"), "https://x.com/{}", "[A-Za-z0-9_]{1,15}"),
    Network("XING", ("xing.com",), "https://www.xing.com/profile/{}"),
    Network("YouTube", ("youtube.com",), "https://www.youtube.com/@{}", r"[\w.-]{1,30}"),
)
_BY_HOST = {host: each.name for each in NETWORKS for host in each.hosts}
_BY_NAME = {each.name: each for each in NETWORKS}


def page_of(name: str, user: str) -> str | None:
    """Address of a user's page on the network of that name; None if nobody there can be called so."""
    known = _BY_NAME.get(name)
    if known is None or not re.fullmatch(known.user, user):
        return None
    return known.page.format(quote(user))


def site_of(url: str) -> str:
    """Host of a link without `www.`, in ASCII; empty for a malformed URL."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def host_of(url: str) -> str:
    """Host of a link without `www.`, in its own letters."""
    return as_written(site_of(url))


def known_network(url: str) -> str | None:
    """Name of the social network of a link, if the table has it."""
    site = site_of(url)
    while site not in _BY_HOST and site.count(".") > 1:
        site = site.partition(".")[2]
    return _BY_HOST.get(site)


def network(url: str) -> str:
    """Name of the social network of a link, or else its host."""
    return known_network(url) or host_of(url)
