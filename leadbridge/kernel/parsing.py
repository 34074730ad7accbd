"""Reading the body of an API call: UTF-8 JSON of a sane size, or a clear refusal."""

import json
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class TooLarge(APIException):
    """More than any call of ours needs."""

    status_code = 413
    default_code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"Send at most {limit:,} bytes.")


class JsonBody(BaseParser):
    """`application/json`. Always UTF-8: a charset in the header would make Python try any codec."""

    media_type = "application/json"
    limit = 0  # bytes; 0: as much as any form may send

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        """The value in the body. TooLarge (413) or ParseError (400) for what is none."""
        limit = self.limit or settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 2**20
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(limit)
        try:
            return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8.") from None
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {str(error)[:200]}") from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number.")
