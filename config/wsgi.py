"""The web server's door: `granian --interface wsgi config.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What is loaded by now stays until the end. Without this the collector looks through all of it
# again and again, every few hundred orders.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
