# shellcheck shell=bash disable=SC2154
# (what stands here and is not set here is set in install.sh, which reads this file)
# Releases stand beside each other in /opt/gate-camera/releases, named by their content; `current` is the one that runs.


linked() { basename "$(readlink "$root$base/$1" || true)"; }
running() { systemctl --quiet is-active "$1"; }

unpack_release() {
  local releases=$root$base/releases
  if [[ -d $releases/$1 ]]; then return; fi
  mkdir -p "$releases"
  rm -rf "$releases/$1.new"
  cp -R "$bundle" "$releases/$1.new"
  chmod -R u=rwX,go=rX "$releases/$1.new"
  mv -T "$releases/$1.new" "$releases/$1"
  changed "$base/releases/$1"
}

use_release() {
  local from=$root$base/releases/$1/host/units unit
  for unit in "$bridge" "$media"; do
    put "$from/$unit" "$units/$unit" 644
    put "$from/process.conf" "$units/$unit.d/process.conf" 644
  done
  if live && [[ $changes -gt 0 ]]; then systemctl daemon-reload; fi
  # Nothing runs while the release changes: there are never two bridges on one camera.
  if live && [[ $(linked current) != "$1" ]]; then systemctl stop "$bridge" "$media"; fi
  point current "releases/$1"
}

start_services() {
  local wanted=("$bridge")
  if [[ $video == on ]]; then wanted+=("$media"); else in_root systemctl --quiet disable "$media"; fi
  in_root systemctl --quiet enable "${wanted[@]}"
  if ! live; then return; fi
  if [[ $video == off ]]; then systemctl stop "$media"; fi
  if [[ $changes -gt 0 ]] || ! running "$bridge"; then systemctl restart "$bridge" || return 1; fi
  if [[ $video == off ]] || { [[ $changes == 0 ]] && running "$media"; }; then return; fi
  # Plates do not wait for video, nor fail with it.
  systemctl restart "$media" || warn "live video did not start: journalctl -u ${media%.service}"
}

# Back to the release before by itself when the new one does not start.
change_release() {
  local before
  before=$(linked current)
  use_release "$1"
  if ! start_services; then
    if [[ -z $before || $before == "$1" ]]; then fail "start $1: journalctl -u ${bridge%.service}"; fi
    use_release "$before"
    start_services || fail "start $1, nor $before again: journalctl -u ${bridge%.service}"
    fail "start $1: $before runs again; why: journalctl -u ${bridge%.service}"
  fi
  if [[ -n $before && $before != "$1" ]]; then point previous "releases/$before"; fi
  forget_old_releases
}

forget_old_releases() {
  local release
  for release in "$root$base"/releases/*; do
    case $(basename "$release") in
      "$(linked current)" | "$(linked previous)") ;;
      *) rm -rf "$release" ;;
    esac
  done
}

roll_back() {
  local release
  release=$(linked previous)
  [[ -n $release ]] || fail 'roll back: there is no release before this one'
  in_root systemctl --quiet is-enabled "$media" >/dev/null || video=off
  change_release "$release"
}

uninstall() {
  local unit
  for unit in "$bridge" "$media" "$door"; do
    in_root systemctl --quiet disable "$unit" 2>/dev/null || true
    if live; then systemctl --quiet stop "$unit" 2>/dev/null || true; fi
    rm -rf "$root$units/${unit:?}" "$root$units/$unit.d"
  done
  rm -rf "$root$base" "$root/usr/lib/sysusers.d/gate-camera.conf"
  if live; then systemctl daemon-reload; fi
  say "removed; $etc and /var/lib/gate-camera stay: settings, and reads that AWS may not have yet"
}
