from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "sla"

    def ready(self) -> None:
        """Listen to the handoff, tell it what was agreed of pauses, attempts and
        overrides, and put notices into words."""
        from leadbridge.outbox.kinds import register
        from leadbridge.outbox.reviews import KIND, render_review
        from leads.handoff.changes import lead_changed
        from leads.handoff.effort import register_effort
        from leads.handoff.overrides import register_cap
        from leads.handoff.pauses import register_rules
        from sla.agreement.queries import override_cap
        from sla.clocks import notices
        from sla.clocks.attempts import effort_on
        from sla.clocks.engine import on_lead_changed
        from sla.clocks.pauses import allowed_pauses

        lead_changed.connect(on_lead_changed, dispatch_uid="sla.clocks.engine")
        register_rules(allowed_pauses)
        register_effort(effort_on)
        register_cap(override_cap)
        register(KIND, render_review)
        for kind, renderer in notices.RENDERERS.items():
            register(kind, renderer, bundle=notices.render_digest)
