"""Error answers of this server."""

CODES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    408: "RequestTimeout",
    409: "Conflict",
    410: "Gone",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
    424: "FailedDependency",
    429: "TooManyRequests",
    449: "RetryWith",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}

NOT_FOUND = "Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found"
ALREADY_EXISTS = "Resource with specified id or name already exists."
UNIQUE_VIOLATION = "Unique index constraint violation."
STALE = "One of the specified pre-condition is not met. Learn more: https://aka.ms/CosmosDB/sql/errors/precondition-failed"
KEY_MISMATCH = (
    "PartitionKey extracted from document doesn't match the one specified in the header. "
    "Learn more: https://aka.ms/CosmosDB/sql/errors/wrong-pk-value"
)
PARTIAL_KEY = (
    "Partition key provided either doesn't correspond to definition in the collection or doesn't match "
    "partition key field values specified in the document. "
    "Learn more: https://aka.ms/CosmosDB/sql/errors/wrong-pk-value"
)


class Refusal(Exception):
    """An answer of 400 or above, with the service's status, code and sub status."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        substatus: int = 0,
        charge: float = 1.0,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.substatus = substatus
        self.charge = charge
        self.headers = headers or {}

    @property
    def code(self) -> str:
        return CODES.get(self.status, "BadRequest")


def bad(message: str) -> Refusal:
    """Refusal of a wrong request, as of the service."""
    return Refusal(400, message)


def unsupported(what: str) -> Refusal:
    """Refusal of a feature that the service may have and this server has not."""
    return Refusal(400, f"The local Cosmos server does not support {what}.")
