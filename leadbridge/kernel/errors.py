"""The one error that the domain raises."""


class DomainError(Exception):
    """Something the domain refuses, said once and translated at the rim.

    `code` is stable and read by machines, `message` is one sentence with the cure for people,
    `status` the HTTP status, `field` the input at fault, `data` what the answer should carry.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        field: str = "",
        data: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.field = field
        self.data: dict[str, object] = data or {}
