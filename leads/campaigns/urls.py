"""Addresses of campaigns."""

from django.urls import path

from leads.campaigns import views

urlpatterns = [
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/new/", views.campaign_new, name="campaign-new"),
    path("campaigns/rules/", views.rules, name="campaign-rules"),
    path("campaigns/<int:number>/", views.campaign, name="campaign"),
    path("campaigns/<int:number>/leads/", views.campaign_leads, name="campaign-leads"),
    path("campaigns/<int:number>/edit/", views.campaign_edit, name="campaign-edit"),
]
