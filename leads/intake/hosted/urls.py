from django.urls import path

from leads.intake.hosted.views import form_mark, form_thanks, hosted_form, script

urlpatterns = [
    path("f/<slug:name>.js", script, name="form_script"),
    path("f/<slug:slug>/", hosted_form, name="hosted_form"),
    path("f/<slug:slug>/thanks/", form_thanks, name="form_thanks"),
    path("f/<slug:slug>/mark/", form_mark, name="form_mark"),
]
