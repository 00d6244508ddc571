FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
WORKDIR /build
COPY requirements.txt .
# Everything is put below /out, where it will be in the final image, so that one COPY takes it there.
RUN site="/out$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && python3 -m pip install --no-cache-dir --no-compile --require-hashes --target "$site" --requirement requirements.txt \
    && rm -rf "${site:?}/bin"
COPY gate gate
COPY entrypoint.py .
RUN site="/out$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && cp -r gate "$site/" \
    && mkdir -p /out/app /out/usr/local/bin \
    && cp entrypoint.py /out/app/ \
    && { echo '#!/usr/local/bin/python3 -Iu'; cat entrypoint.py; } > /out/usr/local/bin/checkly-gate \
    && chmod 755 /out/usr/local/bin/checkly-gate \
    && python3 -m compileall -q --invalidation-mode unchecked-hash -s /out "$site"
# The base image has no bytecode of the standard library, which is most of the start-up: what the gate uses of
# it is compiled too. Unchecked, for copying changes the times of files, and with them undoes timestamped bytecode.
RUN site="/out$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && PYTHONPATH="$site" python3 -c 'import importlib.util, py_compile, sys, sysconfig; \
import gate.cli, gate.transport, gate.report.junit, gate.policy_file, gate.simulator, encodings.idna; \
from py_compile import PycInvalidationMode as Mode; \
library = sysconfig.get_path("stdlib"); \
files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}; \
[py_compile.compile(file, "/out" + importlib.util.cache_from_source(file), doraise=True, \
invalidation_mode=Mode.UNCHECKED_HASH) \
for file in sorted(files) if file.startswith(library) and file.endswith(".py")]'

FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
LABEL org.opencontainers.image.title="checkly-gate" \
      org.opencontainers.image.description="A CI/CD gate on a Checkly check session" \
      org.opencontainers.image.licenses="MIT"
# Nothing is installed at run time; what is not there needs no updates.
RUN python3 -m pip uninstall --yes --quiet --root-user-action ignore pip
COPY --from=build /out /
# Absolute, isolated and without a shell: the job's own PATH, HOME and PYTHON* variables reach this container,
# and a shell would drop the inputs whose names have hyphens. No USER: the runner's files belong to root.
ENTRYPOINT ["/usr/local/bin/python3", "-I", "-u", "/app/entrypoint.py"]
