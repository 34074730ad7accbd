from django.urls import path

from leads.intake.importing.views import imports, one_import, refused

urlpatterns = [
    path("import/", imports, name="imports"),
    path("import/<str:number>/", one_import, name="import"),
    path("import/<str:number>/not-taken.csv", refused, name="import-refused"),
]
