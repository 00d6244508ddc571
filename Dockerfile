FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS base

FROM base AS packages
# For a build behind TLS inspection: the PEM text of a certificate authority, and a package index. The image contains
# neither.
ARG CA_CERTIFICATES
ARG PIP_INDEX_URL
WORKDIR /build
COPY requirements.txt .
# Install only wheels: to build a package, pip would run build tools for which the lock file has no hashes.
RUN if test -n "$CA_CERTIFICATES"; then printf '%s\n' "$CA_CERTIFICATES" > ca.pem; export PIP_CERT=/build/ca.pem; fi \
    && python3 -m pip install --no-cache-dir --no-compile --only-binary :all: --require-hashes \
        --target packages --requirement requirements.txt

FROM packages AS build
COPY image image
COPY entrypoint.py .
COPY gate packages/gate
# Assemble the whole file system of the image in /out, so that one COPY makes one layer.
RUN python3 -m image.assemble packages /out

FROM scratch
LABEL org.opencontainers.image.title="checkly-gate" \
      org.opencontainers.image.description="A CI/CD gate on Checkly check sessions and test sessions" \
      org.opencontainers.image.licenses="MIT"
# PATH as in the base image; the rest of its configuration is not needed. `container` marks this as a container.
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin container=oci
COPY --from=build /out /
# The path is absolute and Python is isolated (-I), because the job's own PATH, HOME and PYTHON* variables reach this
# container. There is no shell, because it would drop the inputs whose names have hyphens. There is no USER, because the
# runner's files belong to root.
ENTRYPOINT ["/usr/local/bin/python3", "-I", "-u", "/app/entrypoint.py"]
