"""The statement by which triggers of other rooms write deliveries: for all rows of a statement at
once, and next to nothing where no address is registered."""

from collections.abc import Mapping


def tell(
    rows: str, said: Mapping[str, str], *, of: str, at: str = "at", where: str = "true"
) -> str:
    """The body of a statement trigger over the transition table `rows`: a row whose column `of` is
    a key of `said` is told as the event that stands there. Once each, whatever is repeated."""
    told = ", ".join(f"('{word}', '{event}')" for word, event in said.items())
    return f"""
        IF EXISTS (SELECT FROM outbox_webhook WHERE stopped_at IS NULL) THEN
            INSERT INTO outbox_webhookdelivery (webhook_id, type, fact, made_at, next_try_at)
            SELECT hook.id, said.event, fresh.id, fresh.{at}, fresh.{at}
            FROM {rows} AS fresh
            JOIN (VALUES {told}) AS said (word, event) ON said.word = fresh.{of}
            JOIN outbox_webhook AS hook
                ON hook.stopped_at IS NULL AND said.event = ANY (hook.events)
            WHERE {where}
            ORDER BY fresh.id, hook.id
            ON CONFLICT DO NOTHING;
        END IF;
        RETURN NULL;
    """  # noqa: S608  # put together from names in code
