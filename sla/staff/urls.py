"""Addresses of the pages about people."""

from django.urls import path

from sla.staff import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/me/", views.me, name="me"),
    path("people/me/away/", views.me_away, name="me-away"),
    path("people/new/", views.new_person, name="person-new"),
    path("people/teams/new/", views.new_team, name="team-new"),
    path("people/teams/<slug:slug>/", views.team, name="team"),
    path("people/teams/<slug:slug>/<str:act>/", views.change_team, name="team-change"),
    path("people/<str:username>/", views.person, name="person"),
    path("people/<str:username>/away/", views.away, name="person-away"),
    path("people/<str:username>/away/<int:absence_id>/cancel/", views.here, name="person-here"),
    path("people/<str:username>/edit/", views.edit, name="person-edit"),
    path("people/<str:username>/link/", views.link, name="person-link"),
    path("people/<str:username>/leave/", views.leave, name="person-leave"),
    path("people/<str:username>/return/", views.come_back, name="person-return"),
]
