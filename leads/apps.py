from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        """Put into words that a definition waits for a signature, and a read-out for its readers;
        tell the routing how many leads somebody has, own fields which rule needs them, and versions
        what their backtests found; and tell other programs of leads."""
        from leadbridge.outbox.kinds import register
        from leadbridge.outbox.signatures import register_letters
        from leadbridge.outbox.webhooks.bodies import register_teller
        from leads.campaigns import readout_ladder
        from leads.definition.cautions import register_caution
        from leads.definition.evidence import register_evidence
        from leads.definition.life import DEFINITION
        from leads.definition.uses import register_use
        from leads.handoff import outward
        from leads.handoff.loads import open_leads
        from leads.intake.quarantine import overdue
        from leads.routing.asked import rule_that_asks
        from leads.routing.loads import register_load
        from leads.trials.queries import caution_by_backtest
        from leads.trials.shown import evidence_by_backtests

        register_load(open_leads)
        register_use(rule_that_asks)
        register_caution(caution_by_backtest)
        register_evidence(evidence_by_backtests)
        register_letters(DEFINITION)
        register_teller(outward.LEAD_EVENTS, outward.data_of_event)
        register(overdue.KIND, overdue.render_late, bundle=overdue.render_together)
        for kind, renderer in readout_ladder.RENDERERS.items():
            register(kind, renderer, bundle=readout_ladder.render_together)
