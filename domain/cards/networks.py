"""Names of social networks by the host of a link."""

from urllib.parse import urlsplit

from domain.base.hosts import as_written

_NAMES = {
    "behance.net": "Behance",
    "bsky.app": "Bluesky",
    "dribbble.com": "Dribbble",
    "facebook.com": "Facebook",
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "instagram.com": "Instagram",
    "line.me": "LINE",
    "linkedin.com": "LinkedIn",
    "medium.com": "Medium",
    "mastodon.social": "Mastodon",
    "orcid.org": "ORCID",
    "pinterest.com": "Pinterest",
    "t.me": "Telegram",
    "threads.net": "Threads",
    "tiktok.com": "TikTok",
    "twitter.com": "X",
    "vimeo.com": "Vimeo",
    "wa.me": "WhatsApp",
    "weibo.com": "Weibo",
    "x.com": "X",
    "xing.com": "XING",
    "youtube.com": "YouTube",
}


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
    while site not in _NAMES and site.count(".") > 1:
        site = site.partition(".")[2]
    return _NAMES.get(site)


def network(url: str) -> str:
    """Name of the social network of a link, or else its host."""
    return known_network(url) or host_of(url)
