"""The reader of compiled templates: each shape that the compiler writes for `infra/`, and its refusals."""

from typing import Any

import pytest
from arm_expressions import BadTemplate, expression
from compiled import Template

STORE = "Microsoft.Storage/storageAccounts"
ST = "resourceId('Microsoft.Storage/storageAccounts', 'st')"
INNER = {"expressionEvaluationOptions": {"scope": "inner"}, "mode": "Incremental"}


def read(resources: Any, parameters: Any = {}, variables: Any = {}, **given: Any) -> Template:  # noqa: B006
    written = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "languageVersion": "2.0",
        "contentVersion": "1.0.0.0",
        "metadata": {"_generator": {"name": "bicep"}},
        "definitions": {"_1.Region": {"type": "string"}},
        "parameters": parameters,
        "variables": variables,
        "resources": resources,
    }
    return Template(written, given, "main")


def worked_out(text: str, **variables: Any) -> Any:
    return read({}, variables={**variables, "asked": text}).variable("asked")


def store(name: str, **more: Any) -> dict[str, Any]:
    return {"type": STORE, "apiVersion": "2026-04-01", "name": name, **more}


def module(template: dict[str, Any], **more: Any) -> dict[str, Any]:
    unique = "[format('inner-{0}', uniqueString('inner', deployment().name))]"
    properties = INNER | {"parameters": more.pop("parameters", {}), "template": template}
    kind = {"type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": unique}
    return {**kind, **more, "properties": properties}


def named(template: Template) -> list[tuple[str, str]]:
    return [(one.type.rpartition("/")[2], one.name) for one in template.resources]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("[[not an expression]", "[not an expression]"),
        ("[[no end", "[[no end"),
        ("['it''s']", "it's"),
        ("[true()]", True),
        ("[null()]", None),
        ("[format('{0}-{{x}}-{1}', 'a', 7)]", "a-{x}-7"),
        ("[format('{0}', true())]", "True"),
        ("[if(false(), variables('nowhere'), 'other')]", "other"),
        ("[and(false(), variables('nowhere'))]", False),
        ("[or(true(), variables('nowhere'))]", True),
        ("[coalesce(null(), tryGet(createObject('a', 1), 'b'), 'last')]", "last"),
        ("[tryGet(createArray('a'), 3)]", None),
        ("[createObject('a', createArray(1, -2), format('{0}', 'b'), null())]", {"a": [1, -2], "b": None}),
        ("[union(createObject('a', 1, 'b', 1), createObject('b', 2))]", {"a": 1, "b": 2}),
        ("[shallowMerge(createArray(createObject('a', 1), createObject('b', 2)))]", {"a": 1, "b": 2}),
        ("[concat(createArray(1), createArray(2, 3))]", [1, 2, 3]),
        ("[concat('a', 'b')]", "ab"),
        ("[map(range(1, 2), lambda('i', createObject('i', lambdaVariables('i'))))]", [{"i": 1}, {"i": 2}]),
        ("[filter(createArray('a', 'b'), lambda('i', not(equals(lambdaVariables('i'), 'a'))))]", ["b"]),
        ("[toObject(createArray('a'), lambda('i', lambdaVariables('i')), lambda('i', 1))]", {"a": 1}),
        (
            "[map(createArray('a'), lambda('i', map(createArray('b'), lambda('j', lambdaVariables('i')))))]",
            [["a"]],
        ),
        ("[variables('list')[length(createArray(1))].name]", "second"),
        ("[greater(length(variables('list')), 1)]", True),
        ("[lessOrEquals(2, 1)]", False),
        ("[resourceId('Microsoft.Web/sites/config', 'app', 'web')]", "⟦Microsoft.Web/sites/config:app/web⟧"),
        ("[subscription().id]", "⟦subscription.id⟧"),
    ],
)
def test_an_expression_is_worked_out(text: str, value: Any) -> None:
    assert worked_out(text, list=[{"name": "first"}, {"name": "second"}]) == value


def test_variables_are_loops_and_files_too() -> None:
    template = read(
        {},
        variables={
            "copy": [{
                "name": "each", "count": "[length(variables('queues'))]",
                "input": "[format('{0}-{1}', variables('queues')[copyIndex('each')], copyIndex('each'))]",
            }],
            "$fxv#0": ["visits", "[[x]"],
            "queues": "[variables('$fxv#0')]",
        },
    )  # fmt: skip
    assert template.variable("each") == ["visits-0", "[x]-1"]


def test_parameters_are_given_left_out_or_absent() -> None:
    declared = {
        "name": {"type": "securestring"},
        "days": {"type": "int", "defaultValue": 7},
        "until": {"type": "string", "defaultValue": "[format('{0}-01', utcNow('yyyy-MM'))]"},
        "sender": {"$ref": "#/definitions/_1.Sender", "nullable": True},
    }
    template = read({}, declared, name="a")
    assert [template.parameter(name) for name in declared] == ["a", 7, "2026-12-01", None]


def test_a_resource_has_its_own_name_its_whole_name_and_its_properties() -> None:
    child = {
        "type": f"{STORE}/blobServices", "apiVersion": "2026-04-01",
        "name": "[format('{0}/{1}', parameters('name'), 'default')]",
        "metadata": {"description": "no property"}, "dependsOn": ["account"],
        "tags": {"a": "[parameters('name')]"},
    }  # fmt: skip
    template = read(
        {"account": store("[parameters('name')]"), "blobs": child}, {"name": {"type": "string"}}, name="st"
    )
    made = template.resources[1]
    assert (made.type, made.name, made.id) == (
        f"{STORE}/blobServices",
        "st/default",
        f"⟦{STORE}/blobServices:st/default⟧",
    )
    assert made.body == {"name": "default", "tags": {"a": "st"}}


def test_a_loop_makes_one_of_each_and_a_condition_some() -> None:
    loop = {"name": "stores", "count": "[length(variables('all'))]", "mode": "serial", "batchSize": 1}
    one = store(
        "[format('{0}{1}', variables('all')[copyIndex()], copyIndex())]",
        copy=loop, condition="[not(equals(variables('all')[copyIndex()], 'b'))]",
    )  # fmt: skip
    template = read({"stores": one}, variables={"all": ["a", "b", "c"]})
    assert named(template) == [("storageAccounts", "a0"), ("storageAccounts", "c2")]


def test_a_loop_in_a_property_knows_the_loop_around_it() -> None:
    one = store(
        "[format('st{0}', copyIndex())]",
        copy={"name": "stores", "count": 2},
        properties={
            "kept": 1,
            "copy": [{
                "name": "logs", "count": "[length(createArray('r', 'w'))]",
                "input": {"of": "[copyIndex()]", "is": "[createArray('r', 'w')[copyIndex('logs')]]"},
            }],
        },
    )  # fmt: skip
    logs = read({"stores": one}).resources[1].properties["logs"]
    assert logs == [{"of": 1, "is": "r"}, {"of": 1, "is": "w"}]


def test_what_exists_already_is_known_and_not_made() -> None:
    known = store("st", existing=True)
    other = store("[format('of-{0}', resourceInfo('known').name)]", location="[reference('known').place]")
    many = store("[format('x{0}', copyIndex())]", existing=True, copy={"name": "many", "count": 2})
    template = read({"known": known, "other": other, "many": many})
    assert named(template) == [("storageAccounts", "of-st")]
    assert template.resources[0].body["location"] == "⟦st.place⟧"
    assert template.at("many[1]").resource.name == "x1"


@pytest.mark.parametrize(
    "scope",
    [
        f"[format('{STORE}/{{0}}/queueServices/{{1}}/queues/{{2}}', 'st', 'default', 'visits')]",
        "[resourceId('Microsoft.Storage/storageAccounts/queueServices/queues', 'st', 'default', 'visits')]",
    ],
)
def test_a_role_is_for_the_resource_in_its_scope(scope: str) -> None:
    role = {
        "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01", "scope": scope,
        "name": f"[guid({ST}, parameters('who').principalId)]",
        "properties": {
            "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roles', 'reader')]",
        },
    }  # fmt: skip
    made = read({"role": role}, {"who": {"type": "object"}}, who={"principalId": "me"}).resources[0]
    assert made.name == "guid:⟦Microsoft.Storage/storageAccounts:st⟧|me"
    assert made.body["name"] == made.name
    assert made.body["scope"].resource.id == f"⟦{STORE}/queueServices/queues:st/default/visits⟧"
    assert made.properties["roleDefinitionId"].endswith("/reader")


def test_a_module_is_read_with_its_own_parameters_and_answers_with_its_outputs() -> None:
    own = f"resourceId('{STORE}', parameters('name'))"
    inner = {
        "parameters": {"name": {"type": "string"}, "place": {"type": "string"}, "parts": {"type": "array"}},
        "resources": [
            store("[parameters('name')]", location="[parameters('place')]", tags="[parameters('parts')]")
        ],
        "outputs": {
            "host": {"type": "string", "value": f"[reference({own}, '2026-04-01').host]"},
            "each": {"type": "array", "copy": {"count": 2, "input": "[copyIndex()]"}},
        },
    }  # fmt: skip
    given = {
        "name": {"value": "[format('st{0}', copyIndex())]"},
        "place": "[if(equals(copyIndex(), 0), createObject('value', 'here'), "
        "if(true(), createObject('value', 'there'), createObject('value', '')))]",
        "parts": {"copy": [{"name": "value", "count": 2, "input": "[copyIndex('value')]"}]},
    }
    stores = module(
        inner, parameters=given, copy={"name": "stores", "count": 2}, resourceGroup="[format('rg-{0}', 'x')]"
    )
    after = store(
        "after",
        tags={
            "host": "[reference('stores[1]').outputs.host.value]",
            "each": "[reference('stores[0]').outputs.each.value]",
        },
    )
    template = read({"after": after, "stores": stores})
    assert named(template) == [("storageAccounts", name) for name in ("after", "st0", "st1")]
    assert template.resources[0].body["tags"] == {"host": "⟦st1.host⟧", "each": [0, 1]}
    assert [one.body["location"] for one in template.resources[1:]] == ["here", "there"]
    assert template.resources[1].body["tags"] == [0, 1]


def test_a_module_that_is_not_there_makes_nothing_and_answers_nothing() -> None:
    absent = module({"resources": [store("st")]}, condition="[parameters('wanted')]")
    asked = store("[if(parameters('wanted'), reference('inner').outputs.name.value, 'alone')]")
    declared = {"wanted": {"type": "bool"}}
    assert named(read({"inner": absent, "asked": asked}, declared, wanted=False)) == [
        ("storageAccounts", "alone")
    ]
    with pytest.raises(BadTemplate, match="inner is asked for and not made"):
        read(
            {"inner": absent, "asked": store("[reference('inner').outputs.name.value]")},
            declared,
            wanted=False,
        )


def test_without_symbols_a_resource_is_known_by_its_id() -> None:
    first = store("st", properties={"tier": "Hot"})
    second = store(
        "b",
        tags={
            "tier": f"[reference({ST}, '2026-04-01').tier]",
            "kind": f"[reference({ST}, '2026-04-01', 'full').location]",
            "else": "[reference(resourceId('Microsoft.Web/sites', 'old'), '2025-03-01').host]",
        },
    )
    tags = read([second, first | {"location": "here"}]).resources[0].body["tags"]
    assert tags == {"tier": "Hot", "kind": "here", "else": "⟦old.host⟧"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[x y]", "should be"),
        ("[format('a'] ", "plain"),
        ("[listKeys('x')]", "the function listKeys is not known"),
        ("[references('x')]", "the function references is not known"),
        ("[resourceId('group', 'Microsoft.Web/sites', 'x')]", "in the same group"),
        ("[variables('nowhere')]", "no variable nowhere"),
        ("[parameters('nowhere')]", "no parameter nowhere"),
        ("[copyIndex()]", "no loop ''"),
        ("[copyIndex('x', 1)]", "no loop 'x'"),
        ("[lambdaVariables('x')]", "no lambda 'x'"),
        ("[map(createArray(1), lambda('a', 'b', 1))]", "a lambda with 2 variables"),
        ("[createObject('a', 1).b]", "there is no 'b'"),
        ("[createArray(1)[3]]", "there is no 3"),
        ("[format('{1}', 'a')]", "format of"),
        ("[format('{0}', createArray())]", "is no text"),
        ("[reference('nowhere')]", "nothing here is nowhere"),
        ("[format('{0}', 'a') 'b']", "the end should be|end should be"),
        ("[format(#)]", "is not understood"),
    ],
)
def test_what_is_not_understood_in_an_expression_is_refused(text: str, why: str) -> None:
    if why == "plain":
        assert expression(text) == text
        return
    with pytest.raises(BadTemplate, match=why):
        worked_out(text)


def template(**more: Any) -> dict[str, Any]:
    return {"resources": {}, **more}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (template(languageVersion="2.1-experimental"), "languageVersion 2.1-experimental"),
        (template(functions=[]), "a template with functions"),
        (template(content={}), "a template with content"),
        (template(parameters={"name": {"type": "string"}}), "main needs name"),
        (template(resources={"a": store("st", resources=[])}), "a with resources"),
        (template(resources={"a": store("st", **{"@options": {}})}), "a with @options"),
        (template(resources={"a": store("st/default")}), "st/default is no name of a"),
        (template(resources={"a": store("st", condition="[format('x')]")}), "the condition .* is 'x'"),
        (template(resources={"a": store("st", scope="/")}), "'/' is no scope"),
        (template(resources={"a": store("st", scope="[subscription().id]")}), "is no scope"),
        (template(resources={"a": store("st", copy={"name": "a", "count": "two"})}), "a is made two times"),
        (
            template(resources={"a": store("st", copy={"name": "a", "while": 1, "count": 1})}),
            "a loop with while",
        ),
        (template(resources={"a": module({"resources": []}, scope="/")}), "the module a with scope"),
        (
            template(resources={"a": module({"resources": []}, parameters={"x": {"value": 1}})}),
            "has no parameter x",
        ),
        (
            template(resources={"a": module({"resources": []}, parameters={"x": {"reference": {}}})}),
            "x is given as",
        ),
        (
            template(resources={"a": {**module({}), "properties": {"mode": "Incremental", "template": {}}}}),
            "the module a is deployed as",
        ),
        (
            template(
                resources={"a": {**module({}), "properties": INNER | {"templateLink": {"contentId": "x"}}}}
            ),
            "the module a is deployed as",
        ),
    ],
)
def test_what_is_not_understood_in_a_template_is_refused(written: dict[str, Any], why: str) -> None:
    with pytest.raises(BadTemplate, match=why):
        Template(written, {}, "main")
