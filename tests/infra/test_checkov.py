"""A checkov report counts only if it checked enough."""

import json

import pytest
from checkov_prod import LEAST_CHECKS, findings, flat
from readers import Reader


def report(*failed: str, passed: int = LEAST_CHECKS, unread: int = 0) -> dict:
    checks = [{"check_id": one, "check_name": "Ensure", "resource": "a.b"} for one in failed]
    summary = {"passed": passed, "failed": len(failed), "parsing_errors": unread}
    return {"results": {"failed_checks": checks}, "summary": summary}


def test_a_report_without_findings_is_well() -> None:
    assert findings(report()) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (report("CKV_AZURE_1"), "CKV_AZURE_1 Ensure: a.b"),
        (report(passed=0), "checkov read too little"),
        (report(unread=1), "checkov read too little"),
        # Report of a template that checkov does not understand.
        ({"passed": 0, "failed": 0, "skipped": 0}, "checkov read too little"),
        ({}, "checkov read too little"),
    ],
)
def test_a_finding_and_a_look_that_was_none_are_told(said, sentence) -> None:
    assert [one[: len(sentence)] for one in findings(said)] == [sentence]


def test_what_checkov_gets_is_plain(read: Reader) -> None:
    resources = read("prod")
    template = json.loads(json.dumps(flat(resources), default=str))
    assert len(template["resources"]) == len(resources)
    assert not any(str(one["name"]).startswith("[") for one in template["resources"])
    assert all({"parent", "scope"}.isdisjoint(one) for one in template["resources"])
