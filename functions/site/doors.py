"""Doors of the site's general pages."""

from functions.framework.doors import API, KeptPage, Page, Resource

DOORS = (
    # The host takes an empty route for the function's name, and refuses a slash.
    Page("site_home", "GET HEAD", "{nothing:maxlength(0)?}", "functions.site.pages:show_home"),
    KeptPage("site_asset", "GET HEAD", "assets/{name}", "functions.site.pages:show_asset"),
    Page("site_help", "GET HEAD", "help", "functions.site.text_pages:show_help"),
    Page("site_help_topic", "GET HEAD", "help/{topic}", "functions.site.text_pages:show_topic"),
    Page("site_privacy", "GET HEAD", "privacy", "functions.site.text_pages:show_privacy"),
    Page("site_privacy_version", "GET HEAD", "privacy/{version}", "functions.site.text_pages:show_privacy"),
    Page("site_terms", "GET HEAD", "terms", "functions.site.text_pages:show_terms"),
    Page("site_terms_version", "GET HEAD", "terms/{version}", "functions.site.text_pages:show_terms"),
    Resource(
        "site_security_txt",
        "GET HEAD",
        ".well-known/security.txt",
        "functions.site.text_pages:show_security_txt",
    ),
    Resource("site_icon", "GET HEAD", "icons/{name}", "functions.site.icons:show_icon"),
    # Where browsers and phones look for them by themselves.
    Resource("site_icon_svg", "GET HEAD", "favicon.svg", "functions.site.icons:show_icon"),
    Resource("site_icon_ico", "GET HEAD", "favicon.ico", "functions.site.icons:show_icon"),
    Resource("site_icon_apple", "GET HEAD", "apple-touch-icon.png", "functions.site.icons:show_icon"),
    Resource("site_manifest", "GET HEAD", "manifest.webmanifest", "functions.site.icons:show_icon"),
    Resource("site_robots", "GET HEAD", "robots.txt", "functions.site.pages:show_robots"),
    Resource("site_openapi", "GET", f"{API}/openapi.json", "functions.site.openapi:show_openapi"),
    # Fallback for every other path. The host tries routes by function name, so the name sorts last.
    Page("zz_unknown_path", "", "{*path}", "functions.site.not_found:show_not_found"),
)
