from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "sla"

    def ready(self) -> None:
        """Listen to the handoff and tell it what was agreed of pauses, attempts and overrides; tell
        the outbox people's hours, and put notices into words."""
        from leadbridge.outbox import signatures
        from leadbridge.outbox.hours import register_hours
        from leadbridge.outbox.kinds import register
        from leadbridge.outbox.reviews import KIND, render_review
        from leadbridge.outbox.webhooks.bodies import register_teller
        from leadbridge.people.saved import register_reader
        from leads.campaigns.brought import register_counting
        from leads.campaigns.readout_due import register_readout
        from leads.handoff.changes import lead_changed
        from leads.handoff.effort import register_effort
        from leads.handoff.overrides import register_cap
        from leads.handoff.pauses import register_rules
        from leads.intake.quarantine.due import register_due
        from leads.routing.hours import register_openings
        from sla.agreement.life import AGREEMENT, register_follower
        from sla.agreement.queries import override_cap
        from sla.clocks import digest, news, notices, outward
        from sla.clocks.attempts import effort_on
        from sla.clocks.hours import next_working_instants, openings
        from sla.clocks.office_day import agreed_readout, one_business_day
        from sla.clocks.pauses import allowed_pauses
        from sla.clocks.rebuild import follow_agreement
        from sla.clocks.receiver import on_lead_changed
        from sla.reports.rollups.came import leads_of_all_campaigns
        from sla.reports.scorecard import mail
        from sla.reports.vanished import vanished

        register_teller(("clock.at_risk", "clock.breached"), outward.data_of_sweep)
        register_teller(("clock.escalated",), outward.data_of_step)
        lead_changed.connect(on_lead_changed, dispatch_uid="sla.clocks.engine")
        register_rules(allowed_pauses)
        register_follower(follow_agreement)
        register_hours(next_working_instants)
        register_openings(openings)
        register_effort(effort_on)
        register_cap(override_cap)
        register_due(one_business_day)
        register_readout(agreed_readout)
        register_counting(leads_of_all_campaigns)
        for page in ("sla", "breaches", "clocks"):
            register_reader(page, vanished)
        register(KIND, render_review)
        register(mail.KIND, mail.render_week)
        signatures.register_letters(AGREEMENT)
        for kind, renderer in notices.RENDERERS.items():
            register(kind, renderer, bundle=digest.render_digest)
        for kind in news.WORDS:
            register(kind, news.render_one, bundle=digest.render_digest)
