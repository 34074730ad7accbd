"""The Celery application; started as `celery -A leadbridge.celery worker` and `… beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")

app = Celery("leadbridge")
app.config_from_object("django.conf:settings", namespace="CELERY")
