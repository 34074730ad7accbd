from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        """Put into words that a definition waits for a signature; tell the routing how many leads
        somebody has."""
        from leadbridge.outbox.signatures import register_letters
        from leads.definition.life import DEFINITION
        from leads.handoff.loads import open_leads
        from leads.routing.loads import register_load

        register_load(open_leads)
        register_letters(DEFINITION)
