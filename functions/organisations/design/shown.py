"""Templates and what was done, in the words of pages: for the organisation and for its designer."""

from typing import Final

import wiring.organisations.brand
from domain.cards.content import FIELDS, CardContent
from domain.organisations.design.design import Record, What
from domain.organisations.templates.branding import content_in_brand
from domain.organisations.templates.rules import FieldRule, TemplateContent
from domain.organisations.templates.staff_content import SPECIMEN, staff_content
from functions.cards.form import AUDIENCES
from functions.framework.texts import N_, _
from functions.organisations.templates.before_after import text_of
from functions.organisations.templates.form import MODES, form_of, names_of

WHAT: Final[dict[What, str]] = {
    "ordered": N_("Ordered a design"),
    "order_ended": N_("Ended the order"),
    "asked": N_("Asked for access"),
    "turned_down": N_("Refused access"),
    "granted": N_("Gave access"),
    "revoked": N_("Ended the access"),
    "given_up": N_("Gave the order back"),
    "looked": N_("Looked at the list of templates"),
    "template_seen": N_("Looked at a template"),
    "proposal_seen": N_("Looked at a proposal"),
    "begun": N_("Began a proposal"),
    "changed": N_("Changed a proposal"),
    "proposed": N_("Proposed"),
    "taken_back": N_("Took a proposal back"),
    "approved": N_("Approved a proposal"),
    "declined": N_("Declined a proposal"),
    "restored": N_("Ended the access, because data had to be restored"),
}


def done_by(record: Record, names: dict[str, str]) -> tuple[str, str, str]:
    """What was done, by whom, and about which template. `names` are those of members."""
    if record.what == "restored":
        who = "iZwop"
    elif record.member_id is None:
        who = _("%(name)s of iZwop", name=record.designer or "")
    else:
        who = names.get(record.member_id) or _("Somebody who is not in the organisation any more")
    return _(WHAT[record.what]), who, record.about


async def specimen(org_id: str, content: TemplateContent) -> list[tuple[str, str]]:
    """What the card of the specimen says by a template: the label of each field, and its text."""
    brand = await wiring.organisations.brand.store().get(org_id)
    own = CardContent.model_validate({"name": SPECIMEN["name"]})
    said = staff_content(content_in_brand(content, brand.content), SPECIMEN, own).content
    return [(_(about.label), text_of(said, field)) for field, about in FIELDS.items() if getattr(said, field)]


def rule_rows(before: TemplateContent | None, after: TemplateContent) -> list[tuple[str, str, str]]:
    """The fields whose rule differs: label, rule now, rule then."""
    rows = []
    for field, about in FIELDS.items():
        new: FieldRule = getattr(after.rules, field)
        old: FieldRule | None = getattr(before.rules, field) if before else None
        if old != new:
            rows.append((_(about.label), rule_text(before, field), rule_text(after, field)))
    if before is not None and before.name != after.name:
        rows.insert(0, (_("Name of the template"), before.name, after.name))
    return rows


def rule_text(content: TemplateContent | None, field: str) -> str:
    if content is None:
        return ""
    rule: FieldRule = getattr(content.rules, field)
    form, at = form_of(content), names_of(field)
    values = [text for name, text in form.items() if name.startswith(f"{at}-value") and text]
    said = f"{_(MODES[rule.mode])}: {', '.join(values)}" if values else _(MODES[rule.mode])
    return said if rule.mode == "off" else f"{said} ({_(AUDIENCES[rule.audience])})"
