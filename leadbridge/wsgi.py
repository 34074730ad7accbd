"""The web application for a WSGI server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")

application = get_wsgi_application()

# What is loaded by now stays until the end: to look through it for garbage again and again cost an
# answer of the API six parts in a hundred of its time.
gc.freeze()
