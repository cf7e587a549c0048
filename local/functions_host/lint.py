"""Rules of the .NET host that the Python worker does not check, applied at load.

A trigger that only Azure can fire is refused, too: its function would never run here, unnoticed.
"""

import inspect
import logging
import re
import typing
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from local.functions_host.host_json import HostJson
from local.functions_host.ncrontab import BadSchedule, Schedule
from local.functions_host.refused import RefusedApp
from local.functions_host.routing import Route, Router, route_of
from local.functions_host.settings import UnsetSetting, is_connected, is_disabled, resolve, storage_account
from local.functions_host.templates import BadTemplate
from local.functions_host.worker import Function, hides_a_coroutine

log = logging.getLogger("functions_host")

_RUN_HERE = {"httpTrigger", "queueTrigger", "timerTrigger"}
_ONLY_IN_AZURE = {
    *("blobTrigger", "cosmosDBTrigger", "eventGridTrigger", "eventHubTrigger", "serviceBusTrigger"),
    *("kafkaTrigger", "sqlTrigger", "mysqlTrigger", "daprBindingTrigger", "daprServiceInvocationTrigger"),
    *("daprTopicTrigger", "activityTrigger", "orchestrationTrigger", "entityTrigger", "warmupTrigger"),
    *("assistantSkillTrigger", "connectorTrigger", "signalRTrigger", "rabbitMQTrigger"),
    *("mcpToolTrigger", "mcpResourceTrigger", "mcpPromptTrigger"),
}
_CONNECTIONS = ("connection", "leaseConnection", "connectionStringSetting", "leaseConnectionStringSetting")
_FUNCTION_NAME = re.compile(r"[a-z][a-z0-9_-]{0,127}", re.IGNORECASE)
_QUEUE_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")
_RESERVED_ROUTES = ("admin", "runtime")


def check(functions: list[Function], host_json: HostJson, settings: Mapping[str, str]) -> None:
    """Raise `RefusedApp` with every fault of every function."""
    if not functions:
        raise RefusedApp(["function_app.py: no functions; is every blueprint registered?"])
    faults = [
        f"{function.name}: {reason}"
        for function in functions
        for reason in _function_faults(function, host_json, settings)
    ]
    faults += _names_twice(functions)
    faults += _route_faults(functions, host_json.route_prefix)
    if faults:
        raise RefusedApp(faults)


def _function_faults(function: Function, host_json: HostJson, settings: Mapping[str, str]) -> Iterable[str]:
    if not _FUNCTION_NAME.fullmatch(function.name) or function.name.lower() == "host":
        yield "a function name is a letter, then up to 127 letters, digits, _ or -, and not 'host'"
    if hides_a_coroutine(function.code):
        yield "an async function stands behind a sync decorator; every call would return a coroutine"
    if inspect.isasyncgenfunction(function.code) or inspect.isgeneratorfunction(function.code):
        yield "a generator function (yield) cannot be called by the worker"
    triggers = [b["type"] for b in function.bindings if b["type"].lower().endswith("trigger")]
    if len(triggers) != 1:
        shown = ", ".join(b["type"] for b in function.bindings if b["direction"] != "OUT") or "none"
        yield f"a function needs exactly one known trigger, found: {shown}"
        return
    yield from _trigger_faults(function, settings)
    yield from _binding_faults(function, host_json, settings)


def _trigger_faults(function: Function, settings: Mapping[str, str]) -> Iterable[str]:
    kind = function.kind
    if kind == "httpTrigger":
        yield from _signature_faults(function)
    elif kind == "timerTrigger":
        yield from _timer_faults(function, settings)
    elif kind in _ONLY_IN_AZURE:
        yield from _only_in_azure_faults(function, settings)
    elif kind not in _RUN_HERE:
        yield f"unknown trigger type {kind!r}"


def _only_in_azure_faults(function: Function, settings: Mapping[str, str]) -> Iterable[str]:
    trigger = function.trigger
    if function.kind == "blobTrigger" and trigger.get("source") not in ("EventGrid", "EVENT_GRID"):
        yield "a blob trigger on the Flex Consumption plan needs source=EventGrid"
    for name in (trigger[key] for key in _CONNECTIONS if trigger.get(key)):
        if not is_connected(name, settings):
            yield f"the connection setting {name} is not set"
    if not is_disabled(function.name, settings):
        switch = f"AzureWebJobs.{function.name}.Disabled"
        yield f"the local host never fires a {function.kind}; set {switch}=true to run the others"


def _signature_faults(function: Function) -> Iterable[str]:
    annotations = typing.get_type_hints(function.code)
    if annotations.get(function.trigger["name"]) in (str, bytes):
        yield "the request must be annotated azure.functions.HttpRequest"
    if annotations.get("return") is str:
        yield "a str reply is parsed as JSON by the host and may set status and headers; return HttpResponse"
    if not any(b["type"] == "http" and b["name"] == "$return" for b in function.bindings):
        yield "an HTTP function needs an http output binding named $return"


def _timer_faults(function: Function, settings: Mapping[str, str]) -> Iterable[str]:
    try:
        Schedule.parse(resolve(str(function.trigger.get("schedule", "")), settings))
        storage_account("AzureWebJobsStorage", settings)  # the host keeps the timer's lock and status there
    except (BadSchedule, UnsetSetting) as exc:
        yield str(exc)
    if function.trigger.get("runOnStartup"):
        log.warning("function %s: runOnStartup runs at every scale-out in Azure", function.name)


def _binding_faults(function: Function, host_json: HostJson, settings: Mapping[str, str]) -> Iterable[str]:
    for binding in function.bindings:
        kind = binding["type"]
        if kind in ("queue", "queueTrigger"):
            if not host_json.has_extension_bundle:
                yield f"a {kind} binding needs the extension bundle in host.json"
            yield from _queue_faults(binding, settings)
        elif kind != "http" and not kind.lower().endswith("trigger"):
            yield f"the local host has no {kind!r} binding"


def _queue_faults(binding: Mapping[str, Any], settings: Mapping[str, str]) -> Iterable[str]:
    try:
        name = resolve(str(binding.get("queueName", "")), settings)
        storage_account(binding.get("connection") or "AzureWebJobsStorage", settings)
    except UnsetSetting as exc:
        yield str(exc)
        return
    if not _QUEUE_NAME.fullmatch(name):
        yield f"{name!r} is not a queue name: 3 to 63 lower-case letters, digits and single hyphens"


def _names_twice(functions: list[Function]) -> list[str]:
    by_name = defaultdict(list)
    for function in functions:
        by_name[function.name.lower()].append(function.name)
    return [
        f"{names[0]}: the host ignores case in names, and {names[1]} has the same"
        for names in by_name.values()
        if len(names) > 1
    ]


def _route_faults(functions: list[Function], prefix: str) -> Iterable[str]:
    routes: list[Route] = []
    for function in functions:
        if function.kind != "httpTrigger":
            continue
        template = str(function.trigger.get("route") or "")
        if template.startswith(("/", "~/")):
            yield f"{function.name}: the route {template!r} may not start with a slash"
        elif template.lower().startswith(_RESERVED_ROUTES):
            yield f"{function.name}: routes that start with admin or runtime belong to the host"
        else:
            try:
                routes.append(route_of(function, prefix))
            except BadTemplate as exc:
                yield f"{function.name}: {exc}"
    for first, second in Router(routes).shadowed():
        shared = ", ".join(sorted(first.methods & second.methods))
        reason = (
            f"has the same route for {shared}"
            if first.specificity == second.specificity
            else f"comes first by name and its route {first.template!r} takes {shared} first"
        )
        yield f"{second.function.name}: on route {second.template!r}, {first.function.name} {reason}"
