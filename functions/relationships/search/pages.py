"""What a search in the address book finds, as a page or as the part of it that follows the typing."""

import azure.functions as func

from functions.framework.callers import check_form, read_form
from functions.framework.my_pages import person_of
from functions.relationships.list_pages import contact_list


async def search(req: func.HttpRequest) -> func.HttpResponse:
    """The words come in a form's body: names in an address would be logged. Nothing is changed."""
    person, form = await person_of(req), read_form(req)
    check_form(req, person, form)
    return await contact_list(person, form)
