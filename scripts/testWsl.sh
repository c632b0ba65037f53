#!/usr/bin/env bash
# Run in a Linux on Windows (WSL), from a checkout on a drive of Windows. For the public workflow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=24.21.0
apt-get update
apt-get install --yes --no-install-recommends ca-certificates curl git xz-utils
curl --fail --silent --show-error --location "https://nodejs.org/dist/v$version/node-v$version-linux-x64.tar.xz" |
  tar -xJ -C /opt
# Without the programs of Windows, which WSL puts behind its own.
export PATH="/opt/node-v$version-linux-x64/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
drive=$PWD
mkdir -p ~/rivya
git -c safe.directory='*' archive HEAD | tar -x -C ~/rivya
cd ~/rivya
npm ci
npm run test:unit -- test/unit/core test/unit/sandbox test/unit/base --exclude '**/webhookHandlers.test.ts'
node test/support/openLedger.ts ~/ledger.sqlite
if node test/support/openLedger.ts "$drive/ledger.sqlite"; then
  echo 'A ledger on a drive of Windows was opened.' >&2
  exit 1
fi
