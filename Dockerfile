FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS base

FROM base AS packages
# For a build behind TLS inspection: the PEM text of an authority, and an index. Neither gets into the image.
ARG CA_CERTIFICATES
ARG PIP_INDEX_URL
WORKDIR /build
COPY requirements.txt .
# Only wheels: building a package would run code, and tools for it, that the lock has no hashes for.
RUN if test -n "$CA_CERTIFICATES"; then printf '%s\n' "$CA_CERTIFICATES" > ca.pem; export PIP_CERT=/build/ca.pem; fi \
    && python3 -m pip install --no-cache-dir --no-compile --only-binary :all: --require-hashes \
        --target packages --requirement requirements.txt

FROM packages AS build
COPY image image
COPY entrypoint.py .
COPY gate packages/gate
# The whole file system of the image is put together below /out, so that one COPY makes one layer of it.
RUN python3 -m image.assemble packages /out

FROM scratch
LABEL org.opencontainers.image.title="checkly-gate" \
      org.opencontainers.image.description="A CI/CD gate on Checkly check sessions and test sessions" \
      org.opencontainers.image.licenses="MIT"
# What a container of the base image has; nothing else of its configuration is needed. And that this is a container.
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin container=oci
COPY --from=build /out /
# Absolute, isolated and without a shell: the job's own PATH, HOME and PYTHON* variables reach this container,
# and a shell would drop the inputs whose names have hyphens. No USER: the runner's files belong to root.
ENTRYPOINT ["/usr/local/bin/python3", "-I", "-u", "/app/entrypoint.py"]
