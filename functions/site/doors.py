"""Doors of the site's general pages."""

from functions.framework.doors import API, KeptPage, Page, Resource

DOORS = (
    # The host takes an empty route for the function's name, and refuses a slash.
    Page("site_home", "GET HEAD", "{nothing:maxlength(0)?}", "functions.site.pages:show_home"),
    KeptPage("site_asset", "GET HEAD", "assets/{name}", "functions.site.pages:show_asset"),
    Resource("site_icon", "GET HEAD", "favicon.svg", "functions.site.pages:show_icon"),
    Resource("site_icon_ico", "GET HEAD", "favicon.ico", "functions.site.pages:show_icon"),
    Resource("site_robots", "GET HEAD", "robots.txt", "functions.site.pages:show_robots"),
    Resource("site_openapi", "GET", f"{API}/openapi.json", "functions.site.openapi:show_openapi"),
    # Fallback for every other path. The host tries routes by function name, so the name sorts last.
    Page("zz_unknown_path", "", "{*path}", "functions.site.not_found:show_not_found"),
)
