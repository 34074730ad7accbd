from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        """Put into words that a definition waits for a signature, and a read-out for its readers;
        tell the routing how many leads somebody has, and drafts what their backtest found."""
        from leadbridge.outbox.kinds import register
        from leadbridge.outbox.signatures import register_letters
        from leads.campaigns import readouts
        from leads.definition.cautions import register_caution
        from leads.definition.life import DEFINITION
        from leads.handoff.loads import open_leads
        from leads.routing.loads import register_load
        from leads.trials.queries import caution_by_backtest

        register_load(open_leads)
        register_caution(caution_by_backtest)
        register_letters(DEFINITION)
        register(readouts.BEGUN, readouts.render_begun)
        register(readouts.LATE, readouts.render_late)
