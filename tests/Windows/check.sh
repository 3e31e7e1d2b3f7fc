#!/usr/bin/env bash
# Runs the acceptance suite and this folder's tests in PowerShell for Windows under Wine, with packages of Debian and NuGet alone. See README.md.
#   check.sh                     all of it, on the built checkout; the last line is "N passed, N failed, N skipped"
#   check.sh prepare             only what the runs need: Wine, .NET, PowerShell
#   check.sh run A B             the test files A.Tests.ps1 and B.Tests.ps1 alone
#   check.sh pwsh ARGUMENTS      PowerShell itself, as: check.sh pwsh -Command '$PSVersionTable'
# Exit codes: 0 all is well; 1 a test failed that known-gaps.psd1 does not name, or passed that it names; 3 this machine can't, and the output says why.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
root=${TENANTENCRYPTION_WINDOWS:-/var/tmp/tenantencryption-windows} # Kept for later runs: 1.3 GB.
debian=$root/debian
drive=$root/drive # What both sides see: /w in the chroot, Z:\w for Windows.
release=trixie # The first Debian whose Wine runs PowerShell 7.6.

cannot() { echo "NOT RUN: the Windows tests, because $1"; exit 3; }
note() { echo "[$(date +%T)] $*"; }

[ "$(uname -sm)" = 'Linux x86_64' ] || cannot 'they need Linux on x64'
[ "$(id -u)" = 0 ] || cannot 'they need root, for a chroot of their own'
command -v apt-get dotnet script unshare > /dev/null || cannot 'they need Debian with apt, the .NET SDK, script and unshare'
if [ -z "${TENANTENCRYPTION_WINDOWS_MOUNTS:-}" ]; then
    unshare --mount true 2> /dev/null || cannot 'this container may not mount anything'
    # Its mounts end with it.
    exec env TENANTENCRYPTION_WINDOWS_MOUNTS=1 unshare --mount --propagation private "$0" "$@"
fi

prepare() {
    mkdir -p "$root" "$drive"
    exec 9> "$root/lock"
    flock 9
    if [ ! -e "$debian/prepared" ]; then
        note "Debian $release with Wine, in $debian"
        rm -rf "$debian"
        { apt-get update && apt-get install -y --no-install-recommends debootstrap; } > "$root/apt.log" 2>&1 ||
            cannot "apt can't install debootstrap: $(tail -n 1 "$root/apt.log")"
        mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | grep -v security | head -n 1)
        debootstrap --variant=minbase --include=wine,wine64 "$release" "$debian" "$mirror" > "$root/debootstrap.log" 2>&1 ||
            cannot "apt can't install Wine: $(tail -n 1 "$root/debootstrap.log")"
        touch "$debian/prepared"
    fi
    mkdir -p "$debian/w" "$drive/checkout"
    mount --bind "$drive" "$debian/w"
    mount --bind "$repository" "$debian/w/checkout"
    mount -o remount,bind,ro "$debian/w/checkout"
    mount --bind /proc "$debian/proc"
    mount --rbind /dev "$debian/dev"
    if [ ! -e "$drive/prepared" ]; then
        note 'PowerShell and .NET for Windows, a Windows drive'
        dotnet publish "$here/dotnet/dotnet.csproj" -c Release -v q -p:PublishDir="$drive/dotnet/" > "$root/publish.log" || { cat "$root/publish.log"; exit 1; }
        windows wineboot -i > "$root/wineboot.log" 2>&1 || true
        touch "$drive/prepared"
    fi
    flock -u 9
}

environment=(
    HOME=/w PATH=/usr/bin:/bin TERM=dumb LANG=C.UTF-8 XDG_RUNTIME_DIR=/run
    WINEPREFIX=/w/prefix WINEDEBUG=-all 'WINEPATH=Z:\w\dotnet'
    WINEDLLOVERRIDES=mshtml= # Else it asks for a browser.
    'DOTNET_ROOT=Z:\w\dotnet' POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off 'PSModulePath=Z:\w\modules'
)
windows() { chroot "$debian" env -i "${environment[@]}" "$@"; }

umask 077 # Wine makes the access control lists of new files of it.

# pwsh.exe wants a console, and Wine makes one of a terminal; what moves a cursor or colours is left out.
powershell() {
    local command="stty cols 200 rows 50;" word
    for word in chroot "$debian" env -i "${environment[@]}" wine 'Z:\w\pwsh\pwsh.exe' -NoProfile -NonInteractive "$@"; do command+=" $(printf %q "$word")"; done
    script --quiet --return --command "$command" /dev/null < /dev/null | sed -uE 's/\x1b\][^\x07]*\x07//g; s/\x1b\[[0-9;?]*[A-Za-z]//g; s/\r//g'
}

what=${1:-run}
[ $# -eq 0 ] || shift
prepare
case $what in
    prepare) ;;
    pwsh) powershell "$@" ;;
    run)
        [ -d "$repository/out/TenantEncryption" ] || { echo 'FAILED: the checkout is not built: dotnet build -c Release'; exit 1; }
        note 'the suites'
        powershell -File 'Z:\w\checkout\tests\Windows\Invoke-Windows.ps1' -Name "$(IFS=,; echo "$*")"
        ;;
    *) sed -n 's/^#   //p' "$0"; exit 2 ;;
esac
