"""The function app: refuses wrong settings, then registers blueprints; nothing else."""

import gc

# What is imported stays: looking for garbage in it takes 20 ms of a cold start and finds none.
gc.disable()

import azure.functions as func

import settings
from functions import (
    api_accounts,
    api_cards,
    assets,
    auth,
    cards,
    counting,
    health,
    images,
    jobs,
    my,
    my_account,
    my_cards,
    my_counts,
    my_lifecycle,
    my_preview,
    my_share,
    openapi,
    site,
    unknown,
)

# Nor is it looked through again by every full collection that a request sets off.
gc.freeze()
gc.enable()

settings.refuse_wrong_start()

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(api_accounts.bp)
app.register_functions(api_cards.bp)
app.register_functions(assets.bp)
app.register_functions(auth.bp)
app.register_functions(cards.bp)
app.register_functions(counting.bp)
app.register_functions(health.bp)
app.register_functions(images.bp)
app.register_functions(jobs.bp)
app.register_functions(my.bp)
app.register_functions(my_account.bp)
app.register_functions(my_cards.bp)
app.register_functions(my_counts.bp)
app.register_functions(my_lifecycle.bp)
app.register_functions(my_preview.bp)
app.register_functions(my_share.bp)
app.register_functions(openapi.bp)
app.register_functions(site.bp)
app.register_functions(unknown.bp)
