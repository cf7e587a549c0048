"""Doors of templates."""

from functions.framework.doors import Operation

_API = "functions.organisations.templates.api"
_EFFECT = "functions.organisations.templates.effect_api"
_ALL = "organisations/{organisationId}/templates"
_ONE = f"{_ALL}/{{templateId}}"

DOORS = (
    Operation("organisations_templates_list", "GET", _ALL, f"{_API}:list_templates"),
    Operation("organisations_templates_make", "POST", _ALL, f"{_API}:post_template"),
    Operation("organisations_templates_get", "GET", _ONE, f"{_API}:get_template"),
    Operation("organisations_templates_change", "PUT", _ONE, f"{_API}:put_template"),
    Operation("organisations_templates_release", "PUT", f"{_ONE}/release", f"{_API}:put_release"),
    Operation("organisations_templates_list_releases", "GET", f"{_ONE}/releases", f"{_API}:list_releases"),
    Operation("organisations_templates_take_up", "PUT", f"{_ONE}/draft", f"{_API}:put_draft"),
    Operation("organisations_templates_count_effect", "POST", f"{_ONE}/effect", f"{_EFFECT}:post_effect"),
    Operation("organisations_templates_effect", "GET", f"{_ONE}/effect", f"{_EFFECT}:get_effect"),
    Operation(
        "organisations_templates_card_effect", "GET", f"{_ONE}/effect/{{cardId}}",
        f"{_EFFECT}:get_card_effect",
    ),
    Operation(
        "organisations_templates_preset", "GET", "organisations/{organisationId}/template-presets",
        f"{_API}:list_presets",
    ),
)  # fmt: skip
