"""Campaigns of Mailchimp and what their reports tell: who got, opened and clicked them, and who left.

An activity is a record with its `campaign`, `member`, `at`, `url` and `action`: sent, open, click, bounce,
unsub.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from local.vendors.mailchimp.shapes import chosen, code, hashed, not_found, page, since, time
from local.vendors.skin import Reply, Request
from local.vendors.store import Account, Record


def a_campaign(account: Account, ref: str) -> Record:
    found = next((each for each in account.after("campaigns") if code(each) == ref), None)
    if found is None:
        raise not_found()
    return found


def campaigns(account: Account, request: Request, ref: list[str]) -> Reply:
    """All campaigns, or one."""
    if ref:
        return Reply(200, chosen(request, show_campaign(account, a_campaign(account, "/".join(ref)))))
    wanted, of = request.first("status"), request.first("list_id")
    found = [
        each
        for each in _since(account, request)
        if wanted in {"", each.fields["status"]} and of in {"", code(_list(account, each))}
    ]
    return page(request, found, "campaigns", lambda each: show_campaign(account, each))


def reports(account: Account, request: Request) -> Reply:
    sent = [each for each in _since(account, request) if each.fields["status"] == "sent"]
    return page(request, sent, "reports", lambda each: show_report(account, each))


def _since(account: Account, request: Request) -> list[Record]:
    """Campaigns, the newest first; with `since_send_time` those only that were sent since."""
    first, last = since(request, "since_send_time"), since(request, "before_send_time")
    found = sorted(
        account.after("campaigns"), key=lambda each: each.fields.get("send_time") or "", reverse=True
    )
    if first is not None:
        found = [each for each in found if each.fields.get("send_time") and _sent(each) >= first]
    if last is not None:
        found = [each for each in found if each.fields.get("send_time") and _sent(each) <= last]
    return found


def _sent(campaign: Record) -> datetime:
    return datetime.fromisoformat(campaign.fields["send_time"])


def _list(account: Account, campaign: Record) -> Record:
    found = account.get("lists", campaign.fields["list"])
    if found is None:
        raise not_found()
    return found


def show_campaign(account: Account, campaign: Record) -> dict[str, Any]:
    fields, of = campaign.fields, _list(account, campaign)
    shown = {
        "id": code(campaign),
        "web_id": int(campaign.id),
        "type": "regular",
        "create_time": time(campaign.created),
        "status": fields["status"],
        "emails_sent": len(_of(account, campaign, "sent")),
        "content_type": "template",
        "recipients": {"list_id": code(of), "list_is_active": True, "list_name": of.fields["name"]},
        "settings": {"subject_line": fields["subject_line"], "title": fields["title"], "from_name": "Client"},
        "tracking": {"opens": True, "html_clicks": True},
    }
    return shown | ({"send_time": fields["send_time"]} if fields.get("send_time") else {})


def show_report(account: Account, campaign: Record) -> dict[str, Any]:
    of, counts = _list(account, campaign), {}
    for action in ("sent", "open", "click", "bounce", "unsub"):
        found = _of(account, campaign, action)
        counts[action] = (len(found), len({each.fields["member"] for each in found}))
    sent = counts["sent"][0] or 1
    opens, clicks = _of(account, campaign, "open"), _of(account, campaign, "click")
    return {
        "id": code(campaign),
        "campaign_title": campaign.fields["title"],
        "type": "regular",
        "list_id": code(of),
        "list_is_active": True,
        "list_name": of.fields["name"],
        "subject_line": campaign.fields["subject_line"],
        "emails_sent": counts["sent"][0],
        "abuse_reports": 0,
        "unsubscribed": counts["unsub"][0],
        "send_time": campaign.fields["send_time"],
        "bounces": {"hard_bounces": counts["bounce"][0], "soft_bounces": 0, "syntax_errors": 0},
        "opens": {
            "opens_total": counts["open"][0],
            "unique_opens": counts["open"][1],
            "open_rate": counts["open"][1] / sent,
        }
        | ({"last_open": _last(opens)} if opens else {}),
        "clicks": {
            "clicks_total": counts["click"][0],
            "unique_clicks": counts["click"][1],
            "unique_subscriber_clicks": counts["click"][1],
            "click_rate": counts["click"][1] / sent,
        }
        | ({"last_click": _last(clicks)} if clicks else {}),
    }


def opens(account: Account, campaign: Record, request: Request) -> Reply:
    first = since(request, "since")
    by: dict[str, list[Any]] = defaultdict(list)
    for each in _of(account, campaign, "open"):
        if first is None or datetime.fromisoformat(each.fields["at"]) >= first:
            by[each.fields["member"]].append(each)

    def show(ref: str) -> dict[str, Any]:
        times = [{"timestamp": each.fields["at"]} for each in by[ref]]
        return _person(account, campaign, ref) | {"opens_count": len(times), "opens": times}

    total = sum(len(found) for found in by.values())
    return page(request, by, "members", show, campaign_id=code(campaign), total_opens=total)


def clicks(account: Account, campaign: Record, request: Request) -> Reply:
    found = _of(account, campaign, "click")
    every = len(found) or 1

    def show(url: str) -> dict[str, Any]:
        those = [each for each in found if each.fields["url"] == url]
        people = {each.fields["member"] for each in those}
        shown = {
            "id": _link(url),
            "url": url,
            "total_clicks": len(those),
            "click_percentage": len(those) / every,
            "unique_clicks": len(people),
            "unique_click_percentage": len(people) / every,
            "campaign_id": code(campaign),
        }
        return shown | ({"last_click": _last(those)} if those else {})

    return page(request, campaign.fields["links"], "urls_clicked", show, campaign_id=code(campaign))


def clickers(account: Account, campaign: Record, link: str, request: Request) -> Reply:
    url = next((each for each in campaign.fields["links"] if _link(each) == link), None)
    if url is None:
        raise not_found()
    by: dict[str, int] = defaultdict(int)
    for each in _of(account, campaign, "click"):
        if each.fields["url"] == url:
            by[each.fields["member"]] += 1

    def show(ref: str) -> dict[str, Any]:
        return _person(account, campaign, ref) | {"clicks": by[ref], "url_id": link}

    return page(request, by, "members", show, campaign_id=code(campaign))


def email_activity(account: Account, campaign: Record, request: Request) -> Reply:
    """What each recipient did. Without anything since the time that is asked for, a recipient is left out."""
    first = since(request, "since")
    by: dict[str, list[Any]] = defaultdict(list)
    for each in account.with_value("activities", "campaign", campaign.id):
        own = by[each.fields["member"]]
        late = first is None or datetime.fromisoformat(each.fields["at"]) >= first
        if each.fields["action"] in {"open", "click", "bounce"} and late:
            done = {"action": each.fields["action"], "timestamp": each.fields["at"]}
            own.append(done | ({"url": each.fields["url"]} if each.fields.get("url") else {}))

    def show(ref: str) -> dict[str, Any]:
        names = ("campaign_id", "list_id", "list_is_active", "email_id", "email_address")
        person = _person(account, campaign, ref)
        return {name: person[name] for name in names} | {"activity": by[ref]}

    people = [ref for ref, done in by.items() if done or first is None]
    return page(request, people, "emails", show, campaign_id=code(campaign))


def sent_to(account: Account, campaign: Record, request: Request) -> Reply:
    bounced = {each.fields["member"] for each in _of(account, campaign, "bounce")}
    opened = [each.fields["member"] for each in _of(account, campaign, "open")]

    def show(each: Record) -> dict[str, Any]:
        ref = each.fields["member"]
        person = _person(account, campaign, ref)
        del person["contact_status"]
        return person | {"status": "hard" if ref in bounced else "sent", "open_count": opened.count(ref)}

    return page(request, _of(account, campaign, "sent"), "sent_to", show, campaign_id=code(campaign))


def unsubscribed(account: Account, campaign: Record, request: Request) -> Reply:
    def show(each: Record) -> dict[str, Any]:
        person = _person(account, campaign, each.fields["member"])
        del person["contact_status"]
        return person | {"timestamp": each.fields["at"], "reason": "None given"}

    return page(request, _of(account, campaign, "unsub"), "unsubscribes", show, campaign_id=code(campaign))


def feed(account: Account, of: Record, member: Record, request: Request) -> Reply:
    """What one member got and did, the newest first."""
    kinds = {kind for kind in request.first("activity_filters").split(",") if kind}
    found = [
        each
        for each in account.with_value("activities", "member", member.id)
        if not kinds or each.fields["action"] in kinds
    ]
    found.sort(key=lambda each: each.fields["at"], reverse=True)
    count, offset = int(request.first("count", "10")), int(request.first("offset", "0"))
    shown = [_fed(account, each) for each in found[offset : offset + count]]
    body = {"activity": shown, "email_id": member.fields["hash"], "list_id": code(of)}
    return Reply(200, chosen(request, body))


def _fed(account: Account, activity: Record) -> dict[str, Any]:
    campaign = account.get("campaigns", activity.fields["campaign"])
    shown = {"activity_type": activity.fields["action"], "created_at_timestamp": activity.fields["at"]}
    if campaign is not None:
        shown |= {"campaign_id": code(campaign), "campaign_title": campaign.fields["title"]}
    return shown | ({"link_clicked": activity.fields["url"]} if activity.fields["action"] == "click" else {})


def _of(account: Account, campaign: Record, action: str) -> list[Record]:
    found = account.with_value("activities", "campaign", campaign.id)
    return [each for each in found if each.fields["action"] == action]


def _person(account: Account, campaign: Record, ref: str) -> dict[str, Any]:
    member = account.get("members", ref)
    if member is None:
        raise not_found()
    return {
        "campaign_id": code(campaign),
        "list_id": code(_list(account, campaign)),
        "list_is_active": True,
        "contact_status": member.fields["status"],
        "email_id": member.fields["hash"],
        "email_address": member.fields["email_address"],
        "merge_fields": member.fields.get("merge_fields", {}),
        "vip": bool(member.fields.get("vip")),
    }


def _link(url: str) -> str:
    return hashed(url)[:10]


def _last(found: Iterable[Record]) -> str:
    return max(str(each.fields["at"]) for each in found)
