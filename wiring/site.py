"""The address of the site."""


def origin() -> str:
    """Public origin, without a slash at its end."""
    import settings.site

    return settings.site.load().public_origin
