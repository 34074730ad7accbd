"""Where everything is to be found: each room's own addresses, put together."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from leadbridge import health
from leadbridge.pages import home
from leadbridge.style_views import style_shelf

api: list[URLPattern | URLResolver] = [
    path("", include("leads.intake.api_urls")),
    path("", include("leads.intake.quarantine.api_urls")),
    path("", include("leads.intake.receiving.api_urls")),
    path("", include("leads.handoff.api_urls")),
    path("", include("leads.work.api_urls")),
    path("", include("leads.campaigns.api_urls")),
    path("", include("leads.companies.api_urls")),
    path("", include("leads.duplicates.api_urls")),
    path("", include("leads.defining.api_urls")),
    path("", include("leads.placing.api_urls")),
    path("", include("leads.review.api_urls")),
    path("", include("leads.trials.api_urls")),
    path("", include("leadbridge.people.api_urls")),
    path("", include("leadbridge.outbox.webhooks.api_urls")),
    path("", include("sla.clocks.api_urls")),
    path("", include("sla.calendars.api_urls")),
    path("", include("sla.edits.api_urls")),
    path("", include("sla.agreement.api_urls")),
    path("", include("sla.reports.api_urls")),
    path("", include("sla.reports.whatif.api_urls")),
    path("", include("sla.reports.scorecard.api_urls")),
    path("", include("sla.reports.readouts.api_urls")),
    path("", include("sla.staff.api_urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]

# Addresses are tried in this order, rooms that share the empty prefix one after the other: the API
# comes first, for it is asked most often.
urlpatterns = [
    path("api/v1/", include(api)),
    path("", home, name="home"),
    path("", include("leads.handoff.urls")),
    path("", include("leads.intake.urls")),
    path("", include("leads.intake.importing.urls")),
    path("", include("leads.intake.hosted.urls")),
    path("", include("leads.intake.webforms.urls")),
    path("", include("leads.intake.receiving.urls")),
    path("", include("leads.intake.quarantine.urls")),
    path("", include("leads.work.urls")),
    path("", include("leads.campaigns.urls")),
    path("", include("leads.companies.urls")),
    path("", include("leads.duplicates.urls")),
    path("", include("leads.defining.urls")),
    path("", include("leads.placing.urls")),
    path("", include("leads.review.urls")),
    path("", include("leads.trials.urls")),
    path("", include("sla.clocks.urls")),
    path("", include("sla.reports.urls")),
    path("", include("sla.reports.whatif.urls")),
    path("", include("sla.reports.scorecard.urls")),
    path("", include("sla.reports.readouts.urls")),
    path("", include("sla.reports.mine.urls")),
    path("", include("sla.reports.handovers.urls")),
    path("", include("sla.reports.audit.urls")),
    path("", include("sla.staff.urls")),
    path("", include("sla.edits.urls")),
    path("", include("sla.agreement.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("leadbridge.people.urls")),
    path("", include("leadbridge.status.urls")),
    path("", include("leadbridge.outbox.webhooks.urls")),
    path("settings/style/", style_shelf, name="style"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]

handler500 = "leadbridge.kernel.failing.failed"
