"""The address of the site."""

import settings.site


def origin() -> str:
    """The origin that people see, without a slash at its end."""
    return settings.site.load().public_origin
