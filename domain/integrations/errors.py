"""What can go wrong with a system of a client, in the words that the engine acts on."""

from domain.base.errors import Conflict, Unavailable
from domain.base.texts import N_


class VendorUnavailable(Unavailable):
    """It does not answer, answers with a fault of its own, or its answer is cut off. Trying again helps."""

    code = "vendor_unavailable"
    title = N_("The connected system does not answer")


class VendorLimited(Unavailable):
    """It takes no more calls now. `retry_after` is in seconds: a usual time if it does not say."""

    code = "vendor_limited"
    title = N_("The connected system takes no more calls at the moment")
    retry_after = 10


class AccessLost(Conflict):
    """It no longer accepts the credentials. Only a person can mend that."""

    code = "access_lost"
    title = N_("The connected system no longer accepts the credentials")


class CredentialsUnreadable(AccessLost):
    """The stored credentials cannot be opened any more: the source must be connected again."""

    code = "credentials_unreadable"
    title = N_("The stored credentials cannot be read: connect the system again")


class VendorRefused(Conflict):
    """It refused the request itself. `words` are its own, shortened."""

    code = "vendor_refused"
    title = N_("The connected system refused this")

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class AddressRefused(VendorRefused):
    """Nothing was sent: the address is none that iZwop calls."""

    code = "address_refused"
    title = N_("The address must begin with https://, have no port, and lead to a public server")

    def __init__(self) -> None:
        super().__init__(0, self.title)


class AnswerTooLarge(VendorRefused):
    """It answered, and more than what is read of an answer."""

    title = N_("The answer of the connected system is too large")

    def __init__(self, status: int) -> None:
        super().__init__(status, self.title)


class NotSendable(VendorRefused):
    """Nothing was sent: a token or a value has a character that no request can carry."""

    title = N_("A token or a value has a character that cannot be sent")

    def __init__(self) -> None:
        super().__init__(0, self.title)
