"""The one error of the domain."""


class DomainError(Exception):
    """A request that the domain refuses, with a code for programs and a sentence for people.

    `code` is part of the contract with other programs; `status` is the HTTP status that the
    rim answers with; `field` names the field at fault, where there is one; `data` travels into
    the answer (for example `by` and `at` of the decision that was already taken).
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
        self.data = data or {}


class FieldErrors(DomainError):
    """Bad input: one sentence for each field, all of them at once."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        first = next(iter(errors.items()), ("", ["Bad input."]))
        super().__init__("invalid", f"{first[0]}: {first[1][0]}" if first[0] else first[1][0])
        self.errors = errors
