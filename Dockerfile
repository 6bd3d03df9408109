# One image for web, worker, beat and commands; compose.yaml shows which runs what.
FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
       --require-hashes --requirement requirements.lock

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MEDIA_ROOT=/var/lib/regulars/media
RUN useradd --system --create-home --home-dir /var/lib/regulars regulars \
    && install -d -o regulars -g regulars /var/lib/regulars/media
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
# Collecting needs settings, not servers; none of these values is in the finished image.
RUN REGULARS_ENV=production SECRET_KEY=build DATABASE_URL=postgres://build/build \
    REDIS_URL=redis://build:6379/0 REGULARS_ROOT_KEY=build \
    python manage.py collectstatic --noinput
USER regulars
VOLUME /var/lib/regulars/media
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/livez'); sys.exit(c.getresponse().status >= 500)"]
CMD ["granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--host", "0.0.0.0", \
     "--port", "8000", "--workers", "2", "--blocking-threads", "4", \
     "--respawn-failed-workers", "--log-level", "warning", "config.wsgi:application"]
