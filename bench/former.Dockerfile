# The former image, for comparison: the gate is added to the base image.
FROM python:3.13-slim AS base

FROM base AS build
WORKDIR /build
COPY requirements.txt .
RUN python3 -m pip install --no-cache-dir --no-compile --only-binary :all: --require-hashes \
        --target packages --requirement requirements.txt \
    && rm -rf packages/bin packages/*/tests
COPY gate packages/gate
COPY entrypoint.py .
RUN site="/out$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && mkdir -p "$site" /out/app /out/usr/local/bin \
    && cp -r packages/. "$site" \
    && cp entrypoint.py /out/app/ \
    && { echo '#!/usr/local/bin/python3 -Iu'; cat entrypoint.py; } > /out/usr/local/bin/checkly-gate \
    && chmod -R u=rwX,go=rX /out \
    && chmod 755 /out/usr/local/bin/checkly-gate \
    && python3 -m compileall -q --invalidation-mode unchecked-hash -s /out "$site"
RUN PYTHONPYCACHEPREFIX=/build/loaded PYTHONPATH=packages python3 -c 'import encodings.idna, gate, importlib, pkgutil; \
[importlib.import_module(each.name) for each in pkgutil.walk_packages(gate.__path__, "gate.")]' \
    && python3 -c 'import pathlib, py_compile, sysconfig; \
library = pathlib.Path(sysconfig.get_path("stdlib")); \
loaded = pathlib.Path(f"/build/loaded{library}"); \
names = [path.relative_to(loaded) for path in sorted(loaded.rglob("*.pyc"))]; \
[py_compile.compile(library / name.with_name(name.name.partition(".")[0] + ".py"), \
f"/out{library / name.parent}/__pycache__/{name.name}", doraise=True, \
invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH) for name in names]'

FROM base
RUN pip="$(python3 -IBc 'import pip; print(*pip.__path__)')" \
    && library="$(python3 -IBc 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && rm -rf "${pip:?}"* "${library:?}/ensurepip" /usr/local/bin/pip* \
    && for file in $(dpkg --listfiles apt dpkg); do test -d "$file" || rm -f "$file"; done \
    && rm -rf /usr/sbin/dpkg-* /etc/apt /etc/dpkg /var/cache/apt /var/lib/apt /var/log/apt /var/log/dpkg.log
COPY --from=build /out /
ENTRYPOINT ["/usr/local/bin/python3", "-I", "-u", "/app/entrypoint.py"]
