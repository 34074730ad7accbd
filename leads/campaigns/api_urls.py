"""Addresses of campaigns in the API."""

from django.urls import path

from leads.campaigns.api import CampaignCosts, CampaignLaunch, CampaignOne, CampaignRules, Campaigns
from leads.campaigns.readout_api import CampaignReadout

urlpatterns = [
    path("campaigns/", Campaigns.as_view(), name="api-campaigns"),
    path("campaigns/rules/", CampaignRules.as_view(), name="api-campaign-rules"),
    path("campaigns/<str:number>/", CampaignOne.as_view(), name="api-campaign"),
    path("campaigns/<str:number>/costs/", CampaignCosts.as_view(), name="api-campaign-costs"),
    path("campaigns/<str:number>/launch/", CampaignLaunch.as_view(), name="api-campaign-launch"),
    path("campaigns/<str:number>/readout/", CampaignReadout.as_view(), name="api-campaign-readout"),
]
