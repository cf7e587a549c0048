"""Images on cards: the files of a usable image, and the fault of an unusable one."""

from domain.base.texts import N_
from domain.cards.card import ShownImage
from domain.cards.content import Purpose
from domain.images.image import PROBLEMS, Image, ImagePurpose


def shown_image(image: Image | None, purpose: Purpose) -> ShownImage | None:
    """The files of an image that is ready and was made for this purpose, or None."""
    if image is None or image.purpose != purpose or image.state != "ready":
        return None
    return ShownImage(files=image.files, width=image.width, height=image.height)


def why_not_shown(image: Image | None, purpose: ImagePurpose) -> tuple[str, str] | None:
    """Code and detail of the fault of an image that cannot be shown; None if it can be."""
    if image is None:
        return "unknown_image", N_("is not one of your pictures")
    if image.purpose != purpose:
        return "unknown_image", N_("was uploaded as a %(purpose)s", purpose=image.purpose)
    if image.state == "refused":
        return "image_refused", PROBLEMS[image.problem or "image_failed"]
    if image.state != "ready":
        return "image_not_ready", N_("is not ready yet; try again in a moment")
    return None
