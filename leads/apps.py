from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        """Put into words that a definition waits for a signature."""
        from functools import partial

        from leadbridge.outbox.kinds import register
        from leadbridge.outbox.signatures import proposed, render_proposal
        from leads.definition.life import DEFINITION

        register(proposed(DEFINITION), partial(render_proposal, DEFINITION))
