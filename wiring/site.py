"""The address of the site, who runs it, and the card it shows as an example."""


def origin() -> str:
    """Public origin, without a slash at its end."""
    import settings.site

    return settings.site.load().public_origin


def controller_name() -> str:
    """Who answers for people's data."""
    import settings.site

    return settings.site.load().controller_name


def contact_email() -> str:
    """Where people write to."""
    import settings.site

    return settings.site.load().contact_email


def example_handle() -> str | None:
    import settings.site

    return settings.site.load().example_handle
