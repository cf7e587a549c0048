"""Where previews of an organisation's cards belong."""

from functions.cards.preview_pages import Place


def preview_place(org_id: str, page: str) -> Place:
    """The page whose preview it is, and where pictures of the organisation come from."""
    return Place(f"/org/{org_id}/{page}", f"/api/v1/organisations/{org_id}/images")
