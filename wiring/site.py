"""The address of the site."""


def origin() -> str:
    """The origin that people see, without a slash at its end."""
    import settings.site

    return settings.site.load().public_origin
