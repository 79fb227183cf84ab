#!/bin/sh
# Makes deploy/docker/secrets for compose.yaml: for each engine server its configuration, for
# backends and front-ends their certificates. What is there is kept. Run it as root (or as user
# 1000, as whom the containers run), since they must be able to read their files.
set -eu
here=$(dirname "$0")

sh "$here/../production/make-secrets.sh" "$here/secrets" \
  nats-1=nats-1 nats-2=nats-2 nats-3=nats-3 \
  without-engine backends=primary-1,primary-2,secondary-1,secondary-2 frontends=frontend-1,frontend-2

for server in nats-1 nats-2 nats-3; do
  cp "$here/../production/nats-server.conf" "$here/secrets/$server/"
done
# Front-ends never talk to the engine.
rm -f "$here/secrets/frontends/nats-password"
chown -R 1000:1000 "$here/secrets/backends" "$here/secrets/frontends"
