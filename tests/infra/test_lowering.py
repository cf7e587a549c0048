"""The stand-in for the compiler writes the same output as the compiler, shape by shape."""

from pathlib import Path
from typing import Any

import pytest
from bicep_syntax import BadBicep
from deployment import Sources
from lowering import Lowered

STORE = "resource st 'Microsoft.Storage/storageAccounts@2026-04-01'"
TYPED = "param kind ('a' | 'b') = 'a'\n"


@pytest.fixture
def lower(tmp_path: Path):
    """Write files and give the template of the first, without what says only that it is one."""

    def lower(text: str, **files: str) -> dict[str, Any]:
        for name, content in {"main.bicep": text, **files}.items():
            (tmp_path / name.replace("_", ".")).write_text(content)
        return Lowered(tmp_path / "main.bicep", Anywhere()).template()

    return lower


class Anywhere(Sources):
    def text(self, path: Path) -> str:
        return path.read_text()


def test_a_file_with_types_of_its_own_has_symbols_and_another_has_a_list(lower) -> None:
    made = {"type": "Microsoft.Storage/storageAccounts", "apiVersion": "2026-04-01", "name": "st"}
    known = f"{STORE.replace(' st ', ' old ')} existing = {{ name: 'old' }}\n"
    plain = lower(f"{known}{STORE} = {{ name: 'st' }}\noutput kind string = old.properties.kind\n")
    assert plain["resources"] == [made]
    old = "resourceId('Microsoft.Storage/storageAccounts', 'old')"
    assert plain["outputs"]["kind"]["value"] == f"[reference({old}, '2026-04-01').kind]"
    typed = lower(f"{TYPED}{known}{STORE} = {{ name: 'st' }}\noutput kind string = old.properties.kind\n")
    assert typed["languageVersion"] == "2.0"
    assert typed["resources"] == {"old": made | {"name": "old", "existing": True}, "st": made}
    assert typed["outputs"]["kind"]["value"] == "[reference('old').kind]"


def test_what_is_nested_has_the_names_and_conditions_of_what_it_is_in(lower) -> None:
    template = lower(
        f"""{TYPED}param outer bool
param inner bool
{STORE} = if (outer) {{
  name: 'st'

  resource blobs 'blobServices' = if (inner) {{
    name: 'default'
    properties: {{ of: st.properties.kind }}
  }}
}}
output id string = st::blobs.id
"""
    )
    assert template["resources"]["st::blobs"] == {
        "condition": "[and(parameters('outer'), parameters('inner'))]",
        "type": "Microsoft.Storage/storageAccounts/blobServices",
        "apiVersion": "2026-04-01",
        "name": "[format('{0}/{1}', 'st', 'default')]",
        "properties": {"of": "[reference('st').kind]"},
    }
    assert template["outputs"]["id"]["value"] == (
        "[resourceId('Microsoft.Storage/storageAccounts/blobServices', 'st', 'default')]"
    )


def test_a_loop_is_a_copy_and_another_place_names_its_turn(lower) -> None:
    template = lower(
        f"""{TYPED}param all string[]
{STORE} = [
  for (one, index) in all: if (one != 'x') {{
    name: '${{one}}-${{index}}'
    properties: {{ each: [for part in ['r', 'w']: {{ of: part }}] }}
  }}
]
resource lock 'Microsoft.Authorization/locks@2020-05-01' = {{
  name: 'keep'
  scope: st[1]
  properties: {{ of: st[1].properties.kind, called: st[1].name }}
}}
"""
    )
    items = "parameters('all')[copyIndex()]"
    assert template["resources"]["st"] == {
        "copy": {"name": "st", "count": "[length(parameters('all'))]"},
        "condition": f"[not(equals({items}, 'x'))]",
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2026-04-01",
        "name": f"[format('{{0}}-{{1}}', {items}, copyIndex())]",
        "properties": {
            "copy": [
                {
                    "name": "each",
                    "count": "[length(createArray('r', 'w'))]",
                    "input": {"of": "[createArray('r', 'w')[copyIndex('each')]]"},
                }
            ]
        },
    }
    called = "format('{0}-{1}', parameters('all')[1], 1)"
    lock = template["resources"]["lock"]
    assert lock["scope"] == f"[resourceId('Microsoft.Storage/storageAccounts', {called})]"
    assert lock["properties"] == {"of": "[reference(format('st[{0}]', 1)).kind]", "called": f"[{called}]"}


def test_a_module_is_a_deployment_in_its_group_with_values(lower) -> None:
    template = lower(
        """param big bool
resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = { name: 'rg-${big}' }
module one 'inner.bicep' = [
  for name in ['a', 'b']: {
    scope: group
    params: {
      name: name
      size: big ? 2 : 1
      list: [name]
    }
  }
]
output first string = one[0].outputs.name
""",
        inner_bicep="param name string\nparam size int\nparam list array\noutput name string = name\n",
    )
    item = "createArray('a', 'b')[copyIndex()]"
    assert template["resources"]["one"] == {
        "copy": {"name": "one", "count": "[length(createArray('a', 'b'))]"},
        "type": "Microsoft.Resources/deployments",
        "name": "[format('one-{0}-{1}', copyIndex(), uniqueString('one', deployment().name))]",
        "resourceGroup": "[format('rg-{0}', parameters('big'))]",
        "properties": {
            "expressionEvaluationOptions": {"scope": "inner"},
            "mode": "Incremental",
            "parameters": {
                "name": {"value": f"[{item}]"},
                "size": "[if(parameters('big'), createObject('value', 2), createObject('value', 1))]",
                "list": {"value": [f"[{item}]"]},
            },
            "template": {
                "parameters": {
                    "name": {"type": "string"},
                    "size": {"type": "int"},
                    "list": {"type": "array"},
                },
                "variables": {},
                "resources": [],
                "outputs": {"name": {"type": "string", "value": "[parameters('name')]"}},
            },
        },
    }
    assert template["outputs"]["first"]["value"] == "[reference(format('one[{0}]', 0)).outputs.name.value]"


@pytest.mark.parametrize(
    ("bicep", "written"),
    [
        ("'a'", "a"),
        ("'[a]'", "[[a]"),
        ("'it\\'s'", "it's"),
        ("'it\\'s ${false}'", "[format('it''s {0}', false())]"),
        ("'{${1}}'", "[format('{{{0}}}', 1)]"),
        ("{ a: true, 'b${1}': null }", {"a": True, "[format('b{0}', 1)]": None}),
        ("union({}, { a: true })", "[union(createObject(), createObject('a', true()))]"),
        ("string({ 'b${1}': [] })", "[string(createObject(format('b{0}', 1), createArray()))]"),
        ("[1, 'b']", [1, "b"]),
        ("map([1], x => [x])", "[map(createArray(1), lambda('x', createArray(lambdaVariables('x'))))]"),
        ("{ a: 1 }.?b ?? 'c'", "[coalesce(tryGet(createObject('a', 1), 'b'), 'c')]"),
        ("1 > 0 && !(1 == 2) ? 'y' : 'n'", "[if(and(greater(1, 0), not(equals(1, 2))), 'y', 'n')]"),
        ("loadTextContent('text.txt')", "[variables('$fxv#0')]"),
    ],
)  # fmt: skip
def test_a_value_is_json_text_or_an_expression(lower, bicep: str, written: Any) -> None:
    assert lower(f"var it = {bicep}\n", text_txt="text")["variables"]["it"] == written


@pytest.mark.parametrize(
    ("bicep", "why"),
    [
        (f"{STORE} existing = {{ name: 'st' }}\nvar it = st.properties.kind\n", "would put in place"),
        ("module one 'main.bicep' = {\n  name: 'one'\n  params: {}\n}\n", "one says more"),
        ("resource it 'A.B/c@1' = {\n  name: 'x'\n  scope: subscription()\n}\n", "no resource"),
    ],
)
def test_what_it_does_not_write_is_refused(lower, bicep: str, why: str) -> None:
    with pytest.raises(BadBicep, match=why):
        lower(bicep)
