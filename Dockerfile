# One image for web, worker and beat; docker-compose.yml says which is which.
FROM python:3.13-slim AS packages
COPY requirements/production.lock /tmp/production.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes -r /tmp/production.lock

FROM python:3.13-slim
RUN groupadd --gid 10001 leadbridge \
    && useradd --uid 10001 --gid leadbridge --create-home --home-dir /srv/home leadbridge
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/leadbridge
COPY manage.py pyproject.toml ./
COPY leadbridge leadbridge
COPY leads leads
COPY sla sla
COPY templates templates
COPY static static
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# The settings want to know where the services are, although gathering files asks none of them.
RUN DATABASE_URL=postgresql://nowhere/none REDIS_URL=redis://nowhere/0 SECRET_KEY=only-to-build \
    python manage.py collectstatic --no-input
USER leadbridge
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", \
     "--workers=2", "--blocking-threads=4", "--no-ws", "--respawn-failed-workers", \
     "leadbridge.wsgi:application"]
