#!/usr/bin/env bash
#   record.sh [FOLDER]
# Records first-session.ps1 in a terminal of 100 by 32 as first-session.cast (asciicast v2), and makes first-session.svg of it. It needs a built checkout,
# util-linux's script, Node.js and npm. FOLDER is where the session takes place, as is seen in it: /srv/keys. It must not be there; it is made and removed.
set -euo pipefail
cd "$(dirname "$0")"
folder=${1:-/srv/keys}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm install --no-audit --no-fund --ignore-scripts --silent svg-term-cli@2.1.1)
dotnet tool restore > "$work/restore.log"
COLUMNS=100 LINES=32 script --quiet --return --logging-format classic --log-out "$work/out" --log-timing "$work/timing" \
    --command "stty cols 100 rows 32; TERM=xterm-256color dotnet pwsh -NoProfile -File first-session.ps1 -Folder $folder" < /dev/null > /dev/null
node cast.mjs "$work/timing" "$work/out" first-session.cast
"$work/node_modules/.bin/svg-term" --in first-session.cast --out first-session.svg --window --no-cursor --width 100 --height 32
