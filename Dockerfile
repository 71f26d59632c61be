# docker build --tag understudy . && docker run --publish 8080:8080 --volume understudy:/data understudy
#
# The first start makes an account; its credentials are in /data/initial-credentials.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libsqlite3-dev libpq-dev libdeflate-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build --configuration release --product understudy --static-swift-stdlib \
    && cp "$(swift build --configuration release --static-swift-stdlib --show-bin-path)/understudy" /understudy

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libdeflate0 libpq5 libsqlite3-0 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --shell /usr/sbin/nologin understudy \
    && install --directory --owner understudy --group understudy --mode 0700 /data
COPY --from=build /understudy /usr/local/bin/understudy
USER understudy
VOLUME /data
EXPOSE 8080
# The server is gone within 10 seconds, which is as long as docker stop waits.
STOPSIGNAL SIGTERM
ENTRYPOINT ["understudy"]
CMD ["serve", "--data-directory", "/data", "--host", "0.0.0.0"]
