# shellcheck shell=bash disable=SC2154
# (what stands here and is not set here is set in install.sh, which reads this file)
# What a gate needs that is not in the bundle: Node, MediaMTX, Caddy. Of the last two a failure is a warning.

readonly oldest_node=24

node_major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

find_node() {
  local candidate path kept
  kept=$(readlink "$root$base/bin/node" || true)
  for candidate in "$node" "$root$kept" "$kept" node node-24 /usr/local/bin/node /opt/node/bin/node; do
    if ! path=$(command -v "$candidate"); then continue; fi
    path=$(realpath "$path")
    if [[ $(node_major "$path") -lt $oldest_node ]]; then continue; fi
    if live && [[ $path == /home/* || $path == /root/* ]]; then
      warn "$path cannot be used: the services see no home folders"
      continue
    fi
    node=$path
    return
  done
  return 1
}

node_from_distribution() {
  local offered
  if has apt-get; then
    offered=$(apt-cache policy nodejs 2>/dev/null | sed -nE 's/^ +Candidate: ([0-9]+).*/\1/p')
    [[ ${offered:-0} -ge $oldest_node ]] && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nodejs
  elif has dnf; then
    dnf install -y -q "nodejs$oldest_node"
  else
    return 1
  fi
}

set_up_node() {
  find_node || { live && node_from_distribution && find_node; } ||
    fail "find Node $oldest_node, and the distribution has none: unpack the official build from nodejs.org to /opt/node"
  point bin/node "${node#"$root"}"
}

set_up_mediamtx() {
  if ! live || [[ $video == off || -x $base/mediamtx/mediamtx ]]; then return; fi
  # One that is here already serves, as the media process looks for it.
  if has mediamtx || grep -q '^MEDIAMTX_BIN=.' "$settings"; then return; fi
  if "$node" --env-file="$settings" "$bundle/install-mediamtx.mjs" --folder "$base/mediamtx"; then
    changed "$base/mediamtx"
  else
    warn 'MediaMTX is not there: plates run, live video waits. The lines above say how to bring it by hand.'
  fi
}

set_up_caddy() {
  if has caddy; then return; fi
  if has apt-get; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq caddy
  elif has dnf; then
    # Amazon Linux has no package of its own, and Caddy's project keeps one that it takes.
    dnf install -y -q caddy || { put "$bundle/host/proxy/caddy.repo" /etc/yum.repos.d/caddy.repo 644 && dnf install -y -q caddy; }
  else
    return 1
  fi
}

set_up_proxy() {
  local file=$root/etc/caddy/Caddyfile before=$changes
  if [[ -z $domain ]]; then return; fi
  if live && ! set_up_caddy; then
    warn 'Caddy is not there and the distribution has none: install it (caddyserver.com) and run this again'
    return
  fi
  put "$bundle/host/proxy/gate-camera.caddy" /etc/caddy/gate-camera.caddy 644
  # The packages' own example may be replaced; what somebody has written may not.
  if [[ ! -f $file ]] || grep -q '^# The Caddyfile is an easy way' "$file"; then
    sed "s/^gate\.example\.com {/$domain {/" "$bundle/host/proxy/Caddyfile" >"$scratch/Caddyfile"
    put "$scratch/Caddyfile" /etc/caddy/Caddyfile 644
  elif ! grep -qF "$domain" "$file" || ! grep -q gate_camera_door "$file"; then
    warn "$file is in use already: let it serve $domain as host/proxy/Caddyfile shows"
  fi
  if ! live || [[ $changes == "$before" ]]; then return; fi
  systemctl --quiet enable caddy
  systemctl reload-or-restart caddy || warn 'Caddy did not take its configuration: journalctl -u caddy'
}

# Whether viewers get through the proxy, whoever set it up and whatever became of it: its alarm hears of nothing else.
set_up_door_watch() {
  local before=$changes
  if [[ -n $domain ]]; then
    put "$bundle/host/units/$door" "$units/$door" 644
    put "$bundle/host/units/process.conf" "$units/$door.d/process.conf" 644
    printf '[Service]\nEnvironment=GATE_DOOR_NAME=%s\n' "$domain" >"$scratch/name.conf"
    put "$scratch/name.conf" "$units/$door.d/name.conf" 644
    in_root systemctl --quiet enable "$door"
  fi
  if ! live || [[ ! -f $units/$door || $changes == 0 ]]; then return; fi
  if [[ $changes != "$before" ]]; then systemctl daemon-reload; fi
  systemctl restart "$door" || warn "nobody looks at the video's door: journalctl -u ${door%.service}"
}
