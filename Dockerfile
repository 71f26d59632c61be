# docker build --tag understudy --build-arg VERSION=0.1.0 --build-arg COMMIT="$(git rev-parse --short=7 HEAD)" .
#
# VERSION and COMMIT become labels of the image, and `understudy --version` names the commit.
#
# With --build-arg PROGRAM=dist, the image contains the program that `make package` has put into dist/, and Swift is not needed.
# compose.yaml shows how to run it.

ARG BUILD_IMAGE=docker.io/library/swift:6.3-bookworm
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim
ARG PROGRAM=build

FROM ${BUILD_IMAGE} AS build
# What `understudy --version` names; .git is not here.
ARG COMMIT=
WORKDIR /source
COPY Package.swift ./
COPY deploy deploy
COPY scripts scripts
COPY Sources Sources
COPY Tests Tests
RUN apt-get update && apt-get install --yes --no-install-recommends python3
RUN DEV_COMMIT="$COMMIT" scripts/build.sh \
    && cp .build/release/understudy /understudy \
    && python3 scripts/packaging/notices.py >/THIRD-PARTY-NOTICES.txt

FROM scratch AS dist
COPY dist/understudy dist/THIRD-PARTY-NOTICES.txt /

FROM ${PROGRAM} AS program

FROM ${RUNTIME_IMAGE}
ARG VERSION=
ARG COMMIT=
LABEL org.opencontainers.image.title="Understudy" \
    org.opencontainers.image.description="A self-hosted server that speaks the AI Assistants v1 API" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$COMMIT"
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libdeflate0 libpq5 libsqlite3-0 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=program /understudy /usr/bin/understudy
COPY --from=program /THIRD-PARTY-NOTICES.txt /usr/share/doc/understudy/
COPY LICENSE /usr/share/doc/understudy/
# A number, so that Kubernetes can check that it is not root's.
USER 10001:10001
# Not options, so that other commands in the container use the same directory, or the database that UNDERSTUDY_DATABASE_URL names.
ENV UNDERSTUDY_DATA_DIRECTORY=/data UNDERSTUDY_HOST=0.0.0.0
VOLUME /data
EXPOSE 8080
# The server is gone within 10 seconds, which is as long as docker stop waits.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["understudy", "health"]
ENTRYPOINT ["understudy"]
# A volume that is not mounted must not become an empty server.
CMD ["serve", "--existing"]
