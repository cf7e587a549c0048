"""Robots by user agent: parts of the names of programs that fetch pages by themselves, in lower case.

A part is listed only if no browser of a person contains it. `scan` is therefore not (people scan cards with
apps called scanners), nor are the names of apps with a browser inside.
"""

import re

LINK_PREVIEWS = (
    "facebookexternalhit", "facebookcatalog", "facebot", "meta-external", "whatsapp/", "skypeuripreview",
    "bingpreview", "google web preview", "url preview", "link preview", "linkpreview", "web preview",
    "preview/", "previewer", "link-expanding", "slack-imgproxy", "embedly", "iframely", "opengraph",
    "vkshare", "kakaotalk-scrap", "line-poker", "mastodon/", "pleroma", "akkoma", "misskey", "lemmy/",
    "friendica", "bluesky cardyb", "cardyb/", "synapse (", "synapse/", "metainspector", "unfurl",
    "googleimageproxy", "yahoomailproxy", "snap url", "rocket.chat/", "zulipurlpreview",
    "nextcloud server", "hatena", "flipboardproxy", "xing-contenttabreceiver", "notion-embed",
)  # fmt: skip
CRAWLERS = (
    "crawl", "spider", "slurp", "scrapy", "scraper", "indexer", "archiver", "heritrix", "archive.org",
    "mediapartners-google", "adsbot", "apis-google", "feedfetcher", "googleother", "google-inspectiontool",
    "google-read-aloud", "google-safety", "google-extended", "google favicon", "googleproducer",
    "google-site-verification", "storebot-google", "yandeximages", "yandexfavicons", "yandexmetrika",
    "chatgpt-user", "claude-user", "claude-searchbot", "claude-web", "anthropic-ai", "perplexity-user",
    "cohere-ai", "mistralai-user", "duckassist", "gemini-deep-research", "google-notebooklm", "diffbot",
    "ahrefs", "semrush", "screaming frog", "sitebulb", "dataforseo", "seokicks", "sistrix", "w3c_validator",
    "w3c-checklink", "validator.nu", "feedburner", "nutch",
    "ips-agent", "turnitin", "ltx71", "panscient", "magpie-", "netestate", "dnyzbot", "qwantify",
)  # fmt: skip
SCANNERS = (
    "nmap", "nikto", "sqlmap", "masscan", "zgrab", "nuclei", "censysinspect", "expanse", "shodan", "wpscan",
    "internetmeasurement", "internet-measurement", "leakix", "netcraft", "qualys", "detectify", "acunetix",
    "nessus", "openvas", "burp", "zaproxy", "dirbuster", "gobuster", "ffuf", "feroxbuster", "whatweb",
    "barracuda", "proofpoint", "mimecast", "urlscan", "virustotal", "phishtank", "checkphish", "safebrowsing",
    "trendmicro", "fortiguard", "symantec", "sophos", "bitsight", "securityscorecard", "paloalto",
    "hello world", "cloud mapping", "odin;", "onyphe", "l9explore", "l9tcpid", "fasthttp",
)  # fmt: skip
MONITORS = (
    "monitor", "uptime", "pingdom", "statuscake", "site24x7", "datadog", "newrelic", "synthetics", "checkly",
    "updown.io", "healthcheck", "health check", "healthchecker", "kube-probe", "alwayson", "hetrixtools",
    "freshping", "gtmetrix", "pagespeed", "lighthouse", "webpagetest", "ptst/", "nagios", "check_http",
    "zabbix", "blackbox-exporter", "blackbox exporter", "prometheus", "dareboost", "catchpoint", "dotcom-",
    "cloudflare-traffic-manager", "cloudflare-alwaysonline", "edge health probe", "appinsights", "ruxit",
    "dynatrace",
)  # fmt: skip
LIBRARIES = (
    "curl/", "wget", "python-", "python/", "aiohttp", "httpx", "urllib", "go-http-client", "go-resty",
    "java/", "java-http-client", "apache-httpclient", "okhttp", "axios", "node-fetch", "undici", "node.js",
    "got (", "superagent", "libwww", "lwp::", "ruby", "faraday", "mechanize", "php/", "guzzle", "postman",
    "insomnia", "httpie", "reqwest", "rest-client", "restsharp", "dart/", "hackney", "winhttp", "powershell",
    "headless", "phantomjs", "puppeteer", "playwright", "selenium", "webdriver", "slimerjs", "jsdom",
    "htmlunit", "colly", "typhoeus", "pycurl", "libcurl", "apachebench", "jmeter", "locust",
)  # fmt: skip

# "bot" ends a name or a word, but for the phones of a maker called Cubot.
_BOT = re.compile("(?<!cu)bot(?![a-z])")
# "+http" begins the address where a robot's owner describes it.
_PARTS = ("+http", "+ http", *LINK_PREVIEWS, *CRAWLERS, *SCANNERS, *MONITORS, *LIBRARIES)
# A longer user agent is no browser's, and is not searched.
_LONGEST = 1024


# Cache of verdicts by a hash that is salted anew in each process: no user agent is stored.
_judged: dict[int, bool] = {}
_MOST_JUDGED = 2000


def is_robot(user_agent: str) -> bool:
    """Whether a user agent names a program and not a person's browser. An empty one counts as a program."""
    known = hash(user_agent)
    if known not in _judged:
        if len(_judged) >= _MOST_JUDGED:
            _judged.clear()
        _judged[known] = _names_a_program(user_agent)
    return _judged[known]


def _names_a_program(user_agent: str) -> bool:
    named = user_agent.strip().lower()
    # Every browser names a version, after a slash.
    if "/" not in named or len(named) > _LONGEST or _BOT.search(named):
        return True
    return any(part in named for part in _PARTS)
