"""The function app: refuses to start without its settings, then registers the doors; nothing else."""

import gc

# What is imported stays: looking for garbage in it takes 20 ms of a cold start and finds none.
gc.disable()

import azure.functions as func

import settings
from functions.framework import doors

CAPABILITIES = (
    "accounts",
    "cards",
    "images",
    "notifications",
    "operations",
    "privacy",
    "sign_in",
    "site",
    "visits",
)

settings.refuse_wrong_start()

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
doors.register(app, CAPABILITIES)

# Nor is it looked through again by every full collection that a request sets off.
gc.freeze()
gc.enable()
