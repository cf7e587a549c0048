"""All readers of `infra/` give the same resources; the comparison reports a wrong one."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from compiled import compiled
from deployment import INFRA, Resource, deployment
from lowering import lowered
from readers import COMPILED, READERS, Reader, is_fresh

DOMAIN = {"name": "izwop.example", "isVerified": False}
CHANGES = [
    {},
    {"domain": "izwop.example", "watchedHandle": "ada", "generation": 2, "restoredDatabase": "cosmos-b"},
    {"senderDomain": DOMAIN, "smtpApplication": {"applicationId": "application", "principalId": "principal"}},
    {"senderDomain": DOMAIN | {"isVerified": True}, "mostRequestUnits": 0, "isPrivate": False},
    {"federations": [{"name": "github", "issuer": "https://issuer", "subject": "repo:o/izwop"}]},
]


def seen(resources: list[Resource]) -> Counter[str]:
    """All that is said of each resource, as text that can be compared."""
    found: Counter[str] = Counter()
    for one in resources:
        said = {key: value for key, value in one.body.items() if key not in ("name", "parent", "scope")}
        scope = one.body["scope"].resource.id if "scope" in one.body else None
        found[json.dumps([one.type, one.name, scope, said], sort_keys=True)] += 1
    return found


@pytest.mark.parametrize("changed", CHANGES, ids=lambda changed: "-".join(changed) or "as it is")
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_each_reader_sees_the_same_resources(environment: str, changed: dict, read: Reader) -> None:
    here, source = seen(read(environment, **changed)), seen(deployment(environment, **changed))
    assert (here - source, source - here) == (Counter(), Counter())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"allowSharedKeyAccess": false', '"allowSharedKeyAccess": true'),
        ("parameters('reach').isPrivate", "not(parameters('reach').isPrivate)"),
        ("format('{0}app{1}'", "format('{0}other{1}'"),
        (
            "resourceId('Microsoft.Cdn/profiles', parameters('name'))",
            "resourceId('Microsoft.Cdn/profiles', 'x')",
        ),
        ('"Microsoft.Authorization/locks"', '"Microsoft.Authorization/policies"'),
    ],
)
def test_a_reader_that_sees_something_else_is_noticed(old: str, new: str) -> None:
    text = json.dumps(lowered())
    other = compiled("prod", json.loads(text.replace(old, new)))
    assert old in text
    assert seen(other) != seen(deployment("prod"))


def test_a_template_that_is_older_than_what_it_is_made_of_is_not_believed(tmp_path: Path) -> None:
    template = tmp_path / "main.json"
    assert not is_fresh(template)
    template.touch()
    assert is_fresh(template)
    os.utime(template, (0, 0))
    assert not is_fresh(template)


def test_what_ci_compiled_is_read() -> None:
    # Elsewhere a template may be left over from another day; CI has just made it.
    assert "compiled" in READERS or not (os.environ.get("CI") and COMPILED.exists())


@pytest.mark.parametrize("says", ["echo 'infra/main.bicep(3,1) : Warning no-unused-params: x' >&2", "exit 1"])
def test_what_does_not_compile_cleanly_leaves_no_template(tmp_path: Path, says: str) -> None:
    (tmp_path / "bicep").write_text(f'#!/bin/bash\ntest "$1" = lint || echo "{{}}" > "$4"\n{says}\n')
    (tmp_path / "bicep").chmod(0o755)
    template = tmp_path / COMPILED.relative_to(INFRA.parent)
    template.parent.mkdir(parents=True)
    template.write_text("of another day")
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        [INFRA.parent / ".ci/bicep"], cwd=tmp_path, env=path, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert not template.exists()
