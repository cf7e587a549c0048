"""The function app: refuses to start without its settings, then registers the doors; nothing else."""

import gc

# Imported objects stay for good: a collection over them takes 20 ms of a cold start and frees nothing.
gc.disable()

import azure.functions as func

import settings
from functions.framework import doors

CAPABILITIES = (
    "accounts",
    "cards",
    "companies",
    "connections",
    "exchange",
    "images",
    "integrations",
    "notifications",
    "operations",
    "organisations",
    "privacy",
    "publishing",
    "relationships",
    "scim",
    "sharing",
    "sign_in",
    "site",
    "staff",
    "today",
    "visits",
)

settings.refuse_wrong_start()

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
doors.register(app, CAPABILITIES)

# Frozen, they are skipped by every full collection during requests, too.
gc.freeze()
gc.enable()
