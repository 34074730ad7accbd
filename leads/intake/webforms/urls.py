from django.urls import path

from leads.intake.webforms.views import form_edit, form_embed, form_new, form_preview, forms

urlpatterns = [
    path("forms/", forms, name="forms"),
    path("forms/new/", form_new, name="form_new"),
    path("forms/<slug:slug>/", form_edit, name="form_edit"),
    path("forms/<slug:slug>/preview/", form_preview, name="form_preview"),
    path("forms/<slug:slug>/embed/", form_embed, name="form_embed"),
]
