"""The function app: refuses wrong settings, then registers blueprints; nothing else."""

import gc

# What is imported stays: looking for garbage in it takes 20 ms of a cold start and finds none.
gc.disable()

import azure.functions as func

import settings
from functions.accounts import api as accounts_api
from functions.accounts import pages as accounts_pages
from functions.cards import api as cards_api
from functions.cards import counts_pages as cards_counts_pages
from functions.cards import edit_pages as cards_edit_pages
from functions.cards import list_pages as cards_list_pages
from functions.cards import preview_pages as cards_preview_pages
from functions.cards import public as cards_public
from functions.cards import settings_pages as cards_settings_pages
from functions.cards import share_pages as cards_share_pages
from functions.framework import not_found as framework_not_found
from functions.images import api as images_api
from functions.images import jobs as images_jobs
from functions.notifications import jobs as notifications_jobs
from functions.operations import health as operations_health
from functions.operations import jobs as operations_jobs
from functions.sign_in import pages as sign_in_pages
from functions.site import assets as site_assets
from functions.site import openapi as site_openapi
from functions.site import pages as site_pages
from functions.visits import api as visits_api
from functions.visits import jobs as visits_jobs

# Nor is it looked through again by every full collection that a request sets off.
gc.freeze()
gc.enable()

settings.refuse_wrong_start()

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(accounts_api.bp)
app.register_functions(accounts_pages.bp)
app.register_functions(cards_api.bp)
app.register_functions(cards_counts_pages.bp)
app.register_functions(cards_edit_pages.bp)
app.register_functions(cards_list_pages.bp)
app.register_functions(cards_preview_pages.bp)
app.register_functions(cards_public.bp)
app.register_functions(cards_settings_pages.bp)
app.register_functions(cards_share_pages.bp)
app.register_functions(framework_not_found.bp)
app.register_functions(images_api.bp)
app.register_functions(images_jobs.bp)
app.register_functions(notifications_jobs.bp)
app.register_functions(operations_health.bp)
app.register_functions(operations_jobs.bp)
app.register_functions(sign_in_pages.bp)
app.register_functions(site_assets.bp)
app.register_functions(site_openapi.bp)
app.register_functions(site_pages.bp)
app.register_functions(visits_api.bp)
app.register_functions(visits_jobs.bp)
