"""Corpus of the counting rule: user agents of people's browsers and of programs."""

# ruff: noqa: E501 - as long as they are

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A.240805.005; wv)"
_GOOGLEBOT = "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

PEOPLE = {
    "Safari on an iPhone": f"{_IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
    "Safari on an iPad": "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.6 Mobile/15E148 Safari/604.1",
    "Safari on a Mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15",
    "Chrome on Android": f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36",
    "Chrome on an iPhone": f"{_IPHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
    "Chrome on Windows": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36",
    "Chrome on Linux": f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} Safari/537.36",
    "Chrome on ChromeOS": f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_CHROME} Safari/537.36",
    "Edge on Windows": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Edg/131.0.0.0",
    "Edge on Android": f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36 EdgA/131.0.0.0",
    "Firefox on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Firefox on Linux": "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Firefox on Android": "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0",
    "Firefox on an iPhone": f"{_IPHONE} FxiOS/133.0 Mobile/15E148 Safari/605.1.15",
    "Firefox Focus": f"{_IPHONE} FxiOS/8.1.1 Mobile/15E148 Version/15.0",
    "Samsung Internet": "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
    "Opera on Android": f"Mozilla/5.0 (Linux; Android 13; M2101K6G) {_CHROME} Mobile Safari/537.36 OPR/86.0",
    "Opera Mini": "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16",
    "Vivaldi": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Vivaldi/7.0.3495.15",
    "UC Browser": "Mozilla/5.0 (Linux; U; Android 12; en-US; CPH2269) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.7.5.1321 Mobile Safari/537.36",
    "MIUI browser": "Mozilla/5.0 (Linux; U; Android 13; en-gb; Redmi K60 Build/TKQ1.220905.001) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.8.1-gn",
    "Yandex Browser": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} YaBrowser/24.10.0.0 "
    "Safari/537.36",
    "DuckDuckGo browser": f"{_IPHONE} Version/17.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    "a phone made by Cubot": f"Mozilla/5.0 (Linux; Android 12; CUBOT P60) {_CHROME} Mobile Safari/537.36",
    "an app that scans codes": f"{_ANDROID} {_CHROME} Mobile Safari/537.36 QRScanner/3.2",
    "inside Facebook": f"{_IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/473.0.0.34.109;FBBV/617838231;FBDV/iPhone14,7;"
    "FBMD/iPhone;FBSN/iOS;FBSV/17.5.1;FBSS/3;FBCR/;FBID/phone;FBLC/en_GB;FBOP/5]",
    "inside Instagram": f"{_IPHONE} Mobile/15E148 Instagram 341.0.4.31.98 (iPhone14,5; iOS 17_5_1; en_US)",
    "inside LinkedIn": f"{_IPHONE} Mobile/15E148 [LinkedInApp]/9.30.1128",
    "inside Pinterest": f"{_IPHONE} Mobile/15E148 [Pinterest/iOS]",
    "inside Line": f"{_IPHONE} Mobile/15E148 Safari Line/14.9.0",
    "inside WeChat": f"{_IPHONE} Mobile/15E148 MicroMessenger/8.0.50(0x18003234) NetType/WIFI Language/zh_CN",
    "inside KakaoTalk": f"{_ANDROID} {_CHROME} Mobile Safari/537.36;KAKAOTALK 2410650",
    "inside Snapchat": f"{_IPHONE} Mobile/15E148 Snapchat/12.88.0.44 (like Safari/8617.2.4, panda)",
    "inside TikTok": f"{_IPHONE} Mobile/15E148 musical_ly_34.5.0 JsSdk/2.0 NetType/WIFI Channel/App_Store",
    "inside Teams": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Edg/131.0.0.0 "
    "Teams/24295",
    "inside Slack": f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} Electron/33.0.0 Safari/537.36 Slack/4.41.97",
    "Android's download manager": "AndroidDownloadManager/13 (Linux; U; Android 13; SM-A536B "
    "Build/TP1A.220624.014)",
}

ROBOTS = {
    # Link previews
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Facebook, short": "facebookexternalhit/1.1",
    "Meta": "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "iMessage": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
    "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "WhatsApp on Android": "WhatsApp/2.24.20.89 A",
    "WhatsApp on an iPhone": "WhatsApp/2.24.20.80 i",
    "X": "Twitterbot/1.0",
    "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack, images": "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Telegram": "TelegramBot (like TwitterBot)",
    "Teams and Skype": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 "
    "skype-url-preview@microsoft.com",
    "Snapchat": "Mozilla/5.0 (compatible; Snap URL Preview Service; bot; snapchat; "
    "+https://developers.snap.com)",
    "Pinterest": "Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
    "Reddit": "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
    "Line": "facebookexternalhit/1.1;line-poker/1.0",
    "KakaoTalk": "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984",
    "VK": "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "Mastodon": "Mastodon/4.3.1 (http.rb/5.2.0; +https://mastodon.example/)",
    "Bluesky": "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
    "Matrix": "Synapse (bot; +https://github.com/matrix-org/synapse)",
    "Iframely": "Iframely/1.3.1 (+https://iframely.com/docs/about)",
    "Embedly": "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
    "Flipboard": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.11; rv:49.0) Gecko/20100101 Firefox/49.0 "
    "(FlipboardProxy/1.2; +http://flipboard.com/browserproxy)",
    "Gmail's image proxy": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com "
    "GoogleImageProxy)",
    # Search engines and other crawlers
    "Google": f"Mozilla/5.0 {_GOOGLEBOT}",
    "Google as a phone": f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) {_CHROME} Mobile "
    f"Safari/537.36 {_GOOGLEBOT}",
    "Google, inspection": "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
    "Google, other": "GoogleOther",
    "Google, adverts": "AdsBot-Google (+http://www.google.com/adsbot.html)",
    "Google, ads on pages": "Mediapartners-Google",
    "Google, icons": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/49.0 "
    "Safari/537.36 Google Favicon",
    "Bing": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
    "+http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
    "Bing, preview": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) "
    "BingPreview/1.0b",
    "DuckDuckGo": "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "Yandex": "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Baidu": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Yahoo": "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
    "Apple": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    "Huawei": "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 "
    "(compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
    "ByteDance": "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 "
    "(compatible; Bytespider; spider-feedback@bytedance.com)",
    "OpenAI": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
    "+https://openai.com/gptbot)",
    "ChatGPT": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0",
    "Claude": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; "
    "+claudebot@anthropic.com)",
    "Perplexity": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0)",
    "Common Crawl": "CCBot/2.0 (https://commoncrawl.org/faq/)",
    "Amazon": "Mozilla/5.0 (compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot)",
    "Ahrefs": "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Semrush": "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    "Majestic": "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)",
    "Internet Archive": "Mozilla/5.0 (compatible; archive.org_bot "
    "+http://archive.org/details/archive.org_bot)",
    "Scrapy": "Scrapy/2.11.2 (+https://scrapy.org)",
    # Scanners
    "Censys": "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)",
    "Palo Alto": "Expanse, a Palo Alto Networks company, searches across the global IPv4 space multiple "
    "times",
    "zgrab": "Mozilla/5.0 zgrab/0.x",
    "Nmap": "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
    "Nuclei": "Mozilla/5.0 (X11; Linux x86_64) Nuclei - Open-source project "
    "(github.com/projectdiscovery/nuclei)",
    "sqlmap": "sqlmap/1.8.4#stable (https://sqlmap.org)",
    "Barracuda": "BarracudaCentral/1.0 (link checker)",
    # Monitors
    "UptimeRobot": "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "Pingdom": "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "StatusCake": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 StatusCake",
    "Datadog": f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} Safari/537.36 DatadogSynthetics",
    "App Service, always on": "AlwaysOn",
    "Kubernetes": "kube-probe/1.30",
    "Lighthouse": f"Mozilla/5.0 (Linux; Android 11; moto g power (2022)) {_CHROME} Mobile Safari/537.36 "
    "Chrome-Lighthouse",
    "Front Door": "Edge Health Probe",
    # Libraries and driven browsers
    "curl": "curl/8.11.0",
    "Wget": "Wget/1.24.5",
    "Python, requests": "python-requests/2.32.3",
    "Python, standard library": "Python-urllib/3.13",
    "Python, httpx": "python-httpx/0.28.1",
    "Python, aiohttp": "Python/3.13 aiohttp/3.11.2",
    "Go": "Go-http-client/2.0",
    "Java": "Java/17.0.12",
    "OkHttp": "okhttp/4.12.0",
    "axios": "axios/1.7.7",
    "Node": "node",
    "Perl": "libwww-perl/6.77",
    "PHP": "GuzzleHttp/7",
    "Postman": "PostmanRuntime/7.42.0",
    "Chrome without a window": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/131.0.0.0 Safari/537.36",
    "PowerShell": "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4894",
}
