"""`manage.py stages`: what may happen to a lead and which clocks run, out of the tables in code."""

from django.core.management.base import BaseCommand

from leads.handoff.diagram import actions_table, diagram
from sla.clocks.diagram import kinds_table

PAGE = """# What may happen to a lead

Printed by `manage.py stages` from the two tables in code, `leads/handoff/stages.py` and
`sla/clocks/kinds.py`. A test holds this page against them.

```mermaid
{diagram}
```

Not drawn: *merge* and *erase* lead away from nearly every stage, *ask*, *answer*, *ask_status*,
*report*, *attest*, *pause* and *resume* leave it as it is, and *undo* gives back the stage before
one's own decision, within ten minutes.

## Actions

{actions}

## Clocks

{kinds}

An action that ends a lead makes void whatever still runs on it and is not due yet, all but the
debrief; what was due and not done stays a miss. A clock that runs is not started a second time.
"""


class Command(BaseCommand):
    help = "Print the stages, actions and clocks as Markdown (docs/stages.md)."

    def handle(self, **options: object) -> None:
        """The whole page, so that `manage.py stages > docs/stages.md` renews it."""
        page = PAGE.format(diagram=diagram(), actions=actions_table(), kinds=kinds_table())
        self.stdout.write(page, ending="")
