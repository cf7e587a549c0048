"""Doors of brands, and of the pictures of organisations."""

from functions.framework.doors import MyForm, MyPage, Operation

_API = "functions.organisations.brand.api"
_PICTURES = "functions.organisations.brand.pictures_api"
_BRAND = "organisations/{organisationId}/brand"
_ALL = "organisations/{organisationId}/images"
_ONE = f"{_ALL}/{{imageId}}"

_PAGES = "functions.organisations.brand.pages"
_TEXTS = "functions.organisations.brand.form:texts_in"
_AT = "org/{organisationId}/brand"

DOORS = (
    MyPage("organisations_brand_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyForm("organisations_brand_page_save", "POST", _AT, f"{_PAGES}:save", _TEXTS),
    MyPage("organisations_brand_page_preview", "GET HEAD", f"{_AT}/preview", f"{_PAGES}:show_preview"),
    MyForm(
        "organisations_brand_page_preview_typed", "POST", f"{_AT}/preview", f"{_PAGES}:show_typed", _TEXTS
    ),
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
