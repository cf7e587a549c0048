"""The Cosmos DB account. Without a key the app signs in with its managed identity."""

from functools import cache

from pydantic import Field, SecretStr

from settings import read
from settings.fields import Group, ServiceUrl


class Store(Group):
    cosmos_endpoint: ServiceUrl = Field(
        alias="COSMOS_ENDPOINT", description="The Cosmos DB account's address."
    )
    cosmos_key: SecretStr | None = Field(
        default=None, alias="COSMOS_KEY", description="The account's key, for local use."
    )
    cosmos_database: str = Field(default="izwop", alias="COSMOS_DATABASE", description="The database's name.")
    processor_client_id: str | None = Field(
        default=None,
        alias="PROCESSOR_CLIENT_ID",
        description="The client id of the identity that works on data of clients.",
    )
    storage: SecretStr | None = Field(
        default=None, alias="AzureWebJobsStorage", description="A connection string, for local use."
    )


@cache
def load() -> Store:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Store)
