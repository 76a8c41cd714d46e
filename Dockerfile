# The portal in production: web, worker, beat and migrations run from this one image.
# The demo and the tests are not in it.

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt /tmp/requirements.txt
RUN /venv/bin/pip install --no-deps -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=whippersnappers.settings
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin portal
WORKDIR /portal
COPY --from=build /venv /venv
COPY manage.py gunicorn.conf.py ./
COPY whippersnappers whippersnappers
COPY families families
COPY sessions_app sessions_app
COPY safeguarding safeguarding
COPY templates templates
COPY static static
# Style sheets and pictures get names that change with their content. This needs no secret.
RUN python manage.py collectstatic --noinput && python -m compileall -q .
USER portal
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "whippersnappers.wsgi"]
