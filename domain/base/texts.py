"""Marks of texts for people, which the catalogues of translations are made from."""


def N_(message: str) -> str:  # noqa: N802 - the name that programs for translators know
    """The message as it is: pages show it in the reader's language, programs get the English."""
    return message
