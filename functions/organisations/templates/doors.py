"""Doors of templates."""

from functions.framework.doors import MyForm, MyPage, Operation

_API = "functions.organisations.templates.api"
_EFFECT = "functions.organisations.templates.effect_api"
_ALL = "organisations/{organisationId}/templates"
_ONE = f"{_ALL}/{{templateId}}"

_PAGES = "functions.organisations.templates.pages"
_EFFECTS = "functions.organisations.templates.effect_pages"
_AT = "org/{organisationId}/templates"
_PAGE = f"{_AT}/{{templateId}}"
_NEW = "org/{organisationId}/new-template"
_TEXTS = f"{_PAGES}:texts_in"

_ASSIGNMENT_API = "functions.organisations.templates.assignment_api"
_ASSIGNMENT_PAGES = "functions.organisations.templates.assignment_pages"
_ASSIGNMENT_PAGE = "org/{organisationId}/template-assignments"
_ASSIGNMENTS = "organisations/{organisationId}/template-assignments"

DOORS = (
    MyPage("organisations_templates_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyPage("organisations_templates_page_new", "GET HEAD", _NEW, f"{_PAGES}:show_new"),
    MyForm("organisations_templates_page_make", "POST", _NEW, f"{_PAGES}:make", _TEXTS),
    MyPage("organisations_templates_page_one", "GET HEAD", _PAGE, f"{_PAGES}:show_one"),
    MyForm("organisations_templates_page_save", "POST", _PAGE, f"{_PAGES}:save", _TEXTS),
    MyForm("organisations_templates_page_typed", "POST", f"{_PAGE}/preview", f"{_PAGES}:show_typed", _TEXTS),
    MyPage("organisations_templates_page_effect", "GET HEAD", f"{_PAGE}/effect", f"{_EFFECTS}:show_effect"),
    MyPage("organisations_templates_page_count", "POST", f"{_PAGE}/effect", f"{_EFFECTS}:count_effect"),
    MyPage("organisations_templates_page_release", "POST", f"{_PAGE}/release", f"{_PAGES}:release"),
    MyPage("organisations_templates_page_change_work", "POST", f"{_PAGE}/work", f"{_EFFECTS}:change"),
    MyPage("organisations_templates_page_releases", "GET HEAD", f"{_PAGE}/releases", f"{_PAGES}:releases"),
    MyPage("organisations_templates_page_take", "POST", f"{_PAGE}/draft", f"{_PAGES}:take"),
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
    MyPage("organisations_assignments_page", "GET HEAD", _ASSIGNMENT_PAGE, f"{_ASSIGNMENT_PAGES}:show"),
    MyPage("organisations_assignments_page_save", "POST", _ASSIGNMENT_PAGE, f"{_ASSIGNMENT_PAGES}:save"),
    MyPage(
        "organisations_assignments_page_effect", "GET HEAD", f"{_ASSIGNMENT_PAGE}/effect",
        f"{_ASSIGNMENT_PAGES}:show_effect",
    ),
    MyPage(
        "organisations_assignments_page_count", "POST", f"{_ASSIGNMENT_PAGE}/effect",
        f"{_ASSIGNMENT_PAGES}:count_effect",
    ),
    MyPage(
        "organisations_assignments_page_put_in_force", "POST", f"{_ASSIGNMENT_PAGE}/in-force",
        f"{_ASSIGNMENT_PAGES}:put_draft_in_force",
    ),
    Operation("organisations_assignments_get", "GET", _ASSIGNMENTS, f"{_ASSIGNMENT_API}:get_assignments"),
    Operation("organisations_assignments_change", "PUT", _ASSIGNMENTS, f"{_ASSIGNMENT_API}:put_assignments"),
    Operation(
        "organisations_assignments_count", "POST", f"{_ASSIGNMENTS}/effect", f"{_ASSIGNMENT_API}:post_effect"
    ),
    Operation(
        "organisations_assignments_effect", "GET", f"{_ASSIGNMENTS}/effect", f"{_ASSIGNMENT_API}:get_effect"
    ),
    Operation(
        "organisations_assignments_put_in_force", "PUT", f"{_ASSIGNMENTS}/in-force",
        f"{_ASSIGNMENT_API}:put_assignments_in_force",
    ),
)  # fmt: skip
