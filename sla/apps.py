from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "sla"

    def ready(self) -> None:
        """Listen to the handoff, and say how a breach and a review are put into words."""
        from leadbridge.outbox.kinds import register
        from leadbridge.outbox.reviews import KIND, render_review
        from leads.handoff.changes import lead_changed
        from sla.clocks.engine import on_lead_changed
        from sla.clocks.notices import render_breach

        lead_changed.connect(on_lead_changed, dispatch_uid="sla.clocks.engine")
        register("clock.breached", render_breach)
        register(KIND, render_review)
