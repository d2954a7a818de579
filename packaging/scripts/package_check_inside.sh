# SPDX-License-Identifier: GPL-3.0-or-later
# Run by package_check.sh inside the bare Debian, as root.
# shellcheck shell=bash
set -euo pipefail
cd /srv/package-check
failed() {
    echo "package check: FAILED: $*" >&2
    [[ ! -s node.log ]] || { echo "--- the node's last lines" >&2; tail -n 15 node.log >&2; }
    exit 1
}
passed() { echo "package check: $*"; }
trap 'failed "line $LINENO: $BASH_COMMAND"' ERR
set -E

apt=(apt-get -qq -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold)
export DEBIAN_FRONTEND=noninteractive
quietly() { "$@" >command.log 2>&1 || { tail -n 30 command.log >&2; failed "$*"; }; }

# --- what an earlier run left
echo 'exit 101' >/usr/sbin/policy-rc.d # as in every chroot: nothing starts by being installed
chmod 755 /usr/sbin/policy-rc.d
"${apt[@]}" purge -y gnomon gnomon-ctl gnomon-node >/dev/null 2>&1 || true
rm -rf /etc/gnomon /var/lib/gnomon /srv/package-check/ca

# --- install
quietly "${apt[@]}" update
before=$(dpkg-query -W | wc -l)
quietly "${apt[@]}" install -y --no-install-recommends ./*.deb
passed "installed, with $(($(dpkg-query -W | wc -l) - before)) packages in all"
quietly "${apt[@]}" install -y --no-install-recommends xvfb imagemagick x11-utils fonts-dejavu-core

unit=/lib/systemd/system/gnomond.service
quietly systemd-analyze --man=no verify "$unit"
[[ ! -s command.log ]] || failed "systemd-analyze verify says: $(cat command.log)"
[[ ! -e /etc/systemd/system/multi-user.target.wants/gnomond.service ]] || failed "the unit is enabled by installing"
user=$(sed -n 's/^User=//p' "$unit")
read -ra command < <(sed -n 's/^ExecStart=//p' "$unit")
[[ $(stat -c '%U %a' /var/lib/gnomon/state) == "$user 700" ]] || failed "the state folder is $(stat -c '%U %a' /var/lib/gnomon/state)"
[[ $(stat -c '%U %a' /var/lib/gnomon/models) == "root 755" ]] || failed "the models' folder is not root's"
as_user=(setpriv --reuid "$user" --regid "$user" --init-groups --no-new-privs --bounding-set=-all --inh-caps=-all)
install -d -o "$user" -g "$user" -m 0700 /run/gnomond # systemd makes it: RuntimeDirectory=
for program in gnomon gnomonctl gnomond; do
    "$program" --version | grep -qx "$program [0-9.]*" || failed "$program --version"
    dpkg -L gnomon gnomon-ctl gnomon-node | grep -q "/man/man[18]/$program\.[18]\.gz$" || failed "$program has no man page"
done
passed "unit, user, folders and man pages are in place"

# --- the node, first without a certificate
code=0
"${as_user[@]}" "${command[@]}" >node.log 2>&1 || code=$?
if [[ $code -ne 4 ]] || ! grep -q 'pki/' node.log; then failed "without a certificate: exit code $code"; fi
[[ -z $(ls -A /var/lib/gnomon/state) ]] || failed "a start without a certificate leaves state behind"
passed "without a certificate it says: $(head -n 1 node.log)"

issue() { gnomonctl pki issue --dir /srv/package-check/ca --uri "spiffe://example.org/$1" --out "$2" "${@:3}" >/dev/null; }
gnomonctl pki init --dir /srv/package-check/ca --trust-domain example.org >/dev/null
issue node/one /etc/gnomon/pki/node --host localhost --host 127.0.0.1
chown "$user": /etc/gnomon/pki/node.key
issue console/ana/desk /srv/package-check/ana/ana --profile one=127.0.0.1:8443 --environment production
issue caller/shop/checkout /srv/package-check/shop/shop
cp -r models/* /var/lib/gnomon/models/
sed -i 's/^name = "gnomond" /name = "one" /' /etc/gnomon/gnomond.toml # a conffile that somebody changed

identity() { echo --ca "$1/ca.crt" --cert "$1/$(basename "$1").crt" --key "$1/$(basename "$1").key"; }
# shellcheck disable=SC2046
operate() { gnomonctl --node 127.0.0.1:8443 $(identity /srv/package-check/ana) "$@"; }
# shellcheck disable=SC2046
call() { gnomonctl --inference 127.0.0.1:8001 $(identity /srv/package-check/shop) "$@"; }

node=
start_node() {
    "${as_user[@]}" "${command[@]}" >node.log 2>&1 &
    node=$!
    local waited
    for ((waited = 0; waited < 300; waited++)); do
        if operate --timeout 1000 status >status.txt 2>&1; then return; fi
        kill -0 "$node" 2>/dev/null || failed "the node ended"
        sleep 0.2
    done
    failed "the node does not answer: $(cat status.txt)"
}
stop_node() {
    kill -TERM "$node"
    local code=0
    wait "$node" || code=$?
    [[ $code -eq 0 ]] || failed "the node ended with $code"
}
check_audit() { "${as_user[@]}" gnomond --config /etc/gnomon/gnomond.toml --check-audit; }

start_node
[[ $(awk '/^Uid:/ { print $2 }' "/proc/$node/status") == "$(id -u "$user")" ]] || failed "the node runs as somebody else"
call infer spam-filter rows/spam-filter.csv >answer.txt 2>command.log
grep -q . answer.txt
operate fallback spam-filter --reason "package check" >/dev/null
operate --json endpoints spam-filter | grep -q FALLBACK || failed "the change has no effect"
node_id() { operate --json status | sed -n 's/^ *"id": "\([0-9a-f]\{32\}\)".*/\1/p' | head -n 1; }
identity_before=$(node_id)
operate audit export trail-before >/dev/null
gnomonctl audit verify trail-before >/dev/null
passed "the node runs as $user, answers a call, takes a change, and its trail verifies"

# --- the console
export XDG_DATA_HOME=/srv/package-check/data XDG_RUNTIME_DIR=/run/package-check
mkdir -m 700 "$XDG_RUNTIME_DIR"
gnomon --import-profile ana/ana.profile.json >/dev/null
Xvfb :77 -screen 0 1440x900x24 >/dev/null 2>&1 &
server=$!
export DISPLAY=:77
for ((waited = 0; waited < 100; waited++)); do
    xwininfo -root >/dev/null 2>&1 && break
    sleep 0.1
done
gnomon --connect one >console.log 2>&1 &
console=$!
colours=0
for ((waited = 0; waited < 150 && colours < 100; waited++)); do
    kill -0 "$console" 2>/dev/null || failed "the console ended: $(cat console.log)"
    sleep 0.2
    import -window root console.png 2>/dev/null && colours=$(identify -format %k console.png)
done
[[ $colours -ge 100 ]] || failed "the console shows nothing"
sleep 3 # the connection, and a first look at the endpoints, for the picture
kill -0 "$console" || failed "the console ended: $(cat console.log)"
xwininfo -root -tree | grep -q '"Gnomon\|"gnomon\|Gnomon"' || failed "no window is called Gnomon"
import -window root console.png
[[ ! -s console.log ]] || failed "the console complains: $(cat console.log)"
kill "$console" "$server"
wait "$console" "$server" 2>/dev/null || true
unset DISPLAY
passed "the console opens under Xvfb"

# --- upgrade
stop_node
check_audit >/dev/null
quietly "${apt[@]}" install -y --no-install-recommends ./upgrade/*.deb
[[ $(dpkg-query -W -f '${Version}' gnomon-node) == *+upgrade ]] || failed "not upgraded"
grep -q '^name = "one" ' /etc/gnomon/gnomond.toml || failed "the changed configuration was replaced"
check_audit
start_node
operate --json endpoints spam-filter | grep -q FALLBACK || failed "the change is forgotten"
[[ -n $identity_before && $(node_id) == "$identity_before" ]] || failed "the node is another one now"
operate audit export trail-after >/dev/null
gnomonctl audit verify trail-after >/dev/null
[[ $(stat -c %s trail-after) -gt $(stat -c %s trail-before) ]] || failed "the trail did not go on"
stop_node
passed "upgraded: configuration, state and trail are the same ones"

# --- remove, purge
quietly "${apt[@]}" remove -y gnomon-node
[[ -e /var/lib/gnomon/state/audit.db && -e /etc/gnomon/gnomond.toml ]] || failed "removing deleted state or configuration"
[[ ! -e /usr/sbin/gnomond && ! -e $unit ]] || failed "something is left of the programs"
quietly "${apt[@]}" purge -y gnomon gnomon-ctl gnomon-node
grep -q '/etc/gnomon/pki is kept' command.log || failed "purging does not name what it keeps"
[[ ! -e /var/lib/gnomon/state && ! -e /etc/gnomon/gnomond.toml ]] || failed "purging left state or configuration"
[[ -e /etc/gnomon/pki/node.key && -e /var/lib/gnomon/models/spam-filter ]] || failed "purging took what it should not"
rm -rf /etc/gnomon /var/lib/gnomon
left=$(find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /root -o -path /srv/package-check -o -path /run -o -path /tmp -o \
    -path /var/cache -o -path /var/log \) -prune -o -iname '*gnomon*' -print)
[[ -z $left ]] || failed "left behind: $left"
passed "removed with state kept, purged with state gone"
