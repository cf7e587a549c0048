"""Doors of brands, and of the pictures of organisations."""

from functions.framework.doors import Operation

_API = "functions.organisations.brand.api"
_PICTURES = "functions.organisations.brand.pictures_api"
_BRAND = "organisations/{organisationId}/brand"
_ALL = "organisations/{organisationId}/images"
_ONE = f"{_ALL}/{{imageId}}"

DOORS = (
    Operation("organisations_brand_get", "GET", _BRAND, f"{_API}:get_brand"),
    Operation("organisations_brand_change", "PUT", _BRAND, f"{_API}:put_brand"),
    Operation("organisations_images_create", "POST", _ALL, f"{_PICTURES}:post_image"),
    Operation("organisations_images_get", "GET", _ONE, f"{_PICTURES}:get_image"),
    Operation("organisations_images_upload", "PUT", f"{_ONE}/content", f"{_PICTURES}:put_image_content"),
    Operation(
        "organisations_images_complete", "POST", f"{_ONE}/complete", f"{_PICTURES}:post_image_complete"
    ),
    Operation("organisations_images_get_content", "GET", f"{_ONE}/content", f"{_PICTURES}:get_image_content"),
)
