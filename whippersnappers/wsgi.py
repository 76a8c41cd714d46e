"""The web process: `gunicorn whippersnappers.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whippersnappers.settings")

application = get_wsgi_application()
