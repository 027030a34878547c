#!/usr/bin/env bash
# Sets a machine up as a gate's bridge, from the unpacked bundle: Debian 12, Ubuntu, Amazon Linux 2023, as root.
# What is already so is left alone: a second run prints "unchanged".
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
umask 022

usage() {
  cat <<'TEXT'
bash host/install.sh --env FILE [--domain NAME] [--no-video] [--node PATH] [--root DIR]
bash host/install.sh --rollback | --uninstall

  --env FILE     the settings, the seed's .env or one like it; kept as /etc/gate-camera/bridge.env, closed to others.
                 Only its GATE_*, AWS_*, MEDIAMTX_* and NODE_* lines are taken, without NODE_OPTIONS.
                 Later runs may leave it out.
  --domain NAME  TLS for viewers by Caddy, whose certificates come by themselves
  --no-video     plates only: no MediaMTX, no media process
  --node PATH    the Node (24 or later) to run by; otherwise it is looked for, then asked of the distribution
  --rollback     back to the release before this one; again: forth
  --uninstall    removes programs and services; settings and state (reads not yet delivered) stay
  --root DIR     sets up the tree below DIR and starts nothing: for images and tests
TEXT
}

readonly base=/opt/gate-camera etc=/etc/gate-camera units=/etc/systemd/system
readonly bridge=gate-camera-bridge.service media=gate-camera-media.service
# Only beside a TLS proxy that was set up here.
readonly door=gate-camera-door.service
# An older set-up of the same gate: it logs in to the camera beside the guard, and holds MediaMTX's ports.
readonly older_services=(mtt-anpr-listener.service mtt-mediamtx.service)

bundle=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly bundle
action=install env_file='' settings='' domain='' node='' root='' video=on changes=0

say() { printf '%s\n' "$*"; }
changed() { changes=$((changes + 1)) && say "  $*"; }
warn() { say "warning: $*" >&2; }
fail() { say "could not $*" >&2 && exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
live() { [[ -z $root ]]; }
as_root() { [[ $(id -u) == 0 ]]; }
same() { [[ -f $2 && $(sha256sum <"$1") == "$(sha256sum <"$2")" ]]; }
# What systemd has for a tree that does not run.
in_root() { if live; then "$@"; else "$1" --root="$root" "${@:2}"; fi; }

# put SOURCE PLACE MODE: renamed into place, so that nobody ever reads half a file.
put() {
  local place=$root$2
  if same "$1" "$place" && [[ $(stat -c %a "$place") == "$3" ]]; then return; fi
  mkdir -p "$(dirname "$place")"
  install -m "$3" "$1" "$place.new"
  mv -fT "$place.new" "$place"
  changed "$2"
}

# point NAME TARGET: a link in /opt/gate-camera, switched in one step.
point() {
  local link=$root$base/$1
  if [[ $(readlink "$link" || true) == "$2" ]]; then return; fi
  mkdir -p "$(dirname "$link")"
  ln -sfn "$2" "$link.new"
  mv -fT "$link.new" "$link"
  changed "$base/$1 -> $2"
}

# shellcheck source=surroundings.sh
source "$bundle/host/surroundings.sh"
# shellcheck source=releases.sh
source "$bundle/host/releases.sh"

set_up_user() {
  put "$bundle/host/identity/gate-camera.sysusers.conf" /usr/lib/sysusers.d/gate-camera.conf 644
  if grep -qs '^gate-camera:' "$root/etc/passwd"; then return; fi
  in_root systemd-sysusers gate-camera.conf
  changed 'user gate-camera'
}

# The settings to be: those of an application's .env are checked in another place before they replace those that work.
gather_settings() {
  local sentences
  settings=$env_file
  if [[ $(realpath "$env_file") == $(realpath -m "$root$etc/bridge.env") ]]; then return; fi
  settings=$scratch/bridge.env
  sentences=$("$node" "$bundle/take-settings.mjs" "$env_file" 2>&1 >"$settings") || fail "install: $sentences"
}

# Prints what is wrong with the settings of one process, read as that process would; where nothing is, what seems so.
wrong_settings() {
  env -i PATH="$PATH" GATE_STATE_FOLDER=/var/lib/gate-camera \
    "$node" "$bundle/check-config.mjs" "$1" "$settings" 2>&1 && return 1
  return 0
}

check_settings() {
  local sentences
  if sentences=$(wrong_settings bridge); then fail "install: $sentences"; fi
  if [[ -n $sentences ]]; then warn "$sentences"; fi
  if [[ $video == on ]] && sentences=$(wrong_settings media); then
    warn "live video stays off: $sentences"
    video=off
  fi
}

set_up_settings() {
  local file group
  put "$settings" "$etc/bridge.env" 600
  # The processes read the list of cameras themselves, and nobody else shall.
  group=$(sed -nE 's/^gate-camera:[^:]*:([0-9]+):.*/\1/p' "$root/etc/group")
  for file in "$root$etc" "$root$etc"/*.json; do
    if [[ ! -e $file ]]; then continue; fi
    if as_root; then chgrp "$group" "$file"; fi
    chmod u=rwX,g=rX,o= "$file"
  done
}

warn_of_older_services() {
  local service
  for service in "${older_services[@]}"; do
    if live && running "$service"; then
      warn "$service runs too and logs in to the camera on its own: systemctl disable --now $service"
    fi
  done
}

install_release() {
  local release
  release=$(<"$bundle/VERSION")
  if [[ -z $env_file ]]; then env_file=$root$etc/bridge.env; fi
  [[ -r $env_file ]] || fail 'install: the first time needs --env FILE'
  set_up_node
  gather_settings
  # Whether its user can read the passwords is a part of the check.
  set_up_user
  check_settings
  set_up_settings
  set_up_mediamtx
  unpack_release "$release"
  change_release "$release"
  set_up_proxy
  set_up_door_watch
  warn_of_older_services
}

while [[ $# -gt 0 ]]; do
  case $1 in
    --rollback | --uninstall) action=${1#--} ;;
    --no-video) video=off ;;
    --env | --domain | --node | --root)
      [[ -n ${2:-} ]] || fail "go on: $1 needs a value"
      case $1 in
        --env) env_file=$2 ;;
        --domain) domain=$2 ;;
        --node) node=$2 ;;
        --root) root=$(realpath -m "$2") ;;
      esac
      shift
      ;;
    --help) usage && exit ;;
    *) usage >&2 && fail "go on: there is no $1" ;;
  esac
  shift
done

if live && ! as_root; then fail 'install: it needs root'; fi
[[ -z $env_file || -r $env_file ]] || fail "read $env_file"
[[ -z $domain || $domain =~ ^[A-Za-z0-9.-]+$ ]] || fail "go on: $domain is no host name"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$root/etc" "$root/run"
exec 9>"$root/run/gate-camera-install.lock"
flock -n 9 || fail 'install: another install.sh is at work'

case $action in
  install) install_release ;;
  rollback) roll_back ;;
  uninstall) uninstall && exit ;;
esac
if [[ $changes == 0 ]]; then say unchanged; else say "release $(linked current)"; fi
