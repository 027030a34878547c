#!/usr/bin/env bash
# The VM's first minute: its address, the volume that outlives it, its logs; then the same install.sh as on any machine.
# Runs as root from the unpacked bundle. A second run changes nothing.
set -euo pipefail

: "${GATE_EIP_ALLOCATION:?}" "${GATE_VOLUME:?}" "${GATE_LOG_GROUP:?}" "${AWS_REGION:?}"
state=/var/lib/gate-camera
settings=/etc/gate-camera
logs=/var/log/gate-camera
bundle=$(cd "$(dirname "$0")" && pwd)
export AWS_REGION

# The instance before this one may still be letting go of address and volume.
patiently() {
  local tries=60
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 5
  done
}

metadata() {
  local token
  token=$(curl -sfX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
  curl -sf -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"
}

take_address() {
  patiently aws ec2 associate-address --allocation-id "$GATE_EIP_ALLOCATION" --instance-id "$instance" --allow-reassociation
  # The address changes under our feet: go on when AWS is in reach by the new one.
  patiently aws sts get-caller-identity --output text >/dev/null
}

# Reads that AWS has not taken yet, and what the guards know, are on this volume: it moves on to the next VM.
mount_state() {
  mountpoint -q "$state" && return
  patiently aws ec2 attach-volume --volume-id "$GATE_VOLUME" --instance-id "$instance" --device /dev/sdf
  local device="/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${GATE_VOLUME/-/}"
  patiently test -b "$device"
  # Only a blank volume is formatted: blkid answers 2 when it finds nothing.
  local found=0
  blkid -p "$device" >/dev/null || found=$?
  if [ "$found" -eq 2 ]; then mkfs.ext4 -q -L gate-state "$device"; fi
  mkdir -p "$state"
  grep -q "^LABEL=gate-state " /etc/fstab || echo "LABEL=gate-state $state ext4 defaults,nofail,noatime 0 2" >>/etc/fstab
  mount "$state"
}

# The door's certificates move on as well: every deployment is a new VM, and issuers give a name only a few a week.
keep_certificates() {
  local kept=$state/caddy place=/var/lib/caddy
  id caddy >/dev/null 2>&1 || useradd --system --home-dir "$place" --shell /usr/sbin/nologin caddy
  mkdir -p "$kept" "$place" /etc/systemd/system/caddy.service.d
  grep -q "^$kept " /etc/fstab || echo "$kept $place none bind,nofail,x-systemd.requires-mounts-for=$state 0 0" >>/etc/fstab
  mountpoint -q "$place" || mount "$place"
  # The user's number is this VM's own, and the bridge's service takes over all that is beside its own state.
  cat >/etc/systemd/system/caddy.service.d/certificates.conf <<'UNIT'
[Unit]
RequiresMountsFor=/var/lib/caddy
After=gate-camera-bridge.service
[Service]
ExecStartPre=+/usr/bin/chown -R caddy:caddy /var/lib/caddy
UNIT
  systemctl daemon-reload
}

# CloudWatch's agent reads files, and the units write to the journal: one unit carries it over.
ship_logs() {
  mkdir -p "$logs"
  cat >/etc/systemd/system/gate-camera-log.service <<UNIT
[Unit]
Description=The gate camera's journal as a file, for CloudWatch

[Service]
ExecStart=/usr/bin/journalctl --follow --output=cat --lines=200 --unit=gate-camera-bridge.service --unit=gate-camera-media.service --unit=gate-camera-door.service
StandardOutput=append:$logs/journal.log
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT
  cat >/etc/logrotate.d/gate-camera <<ROTATE
$logs/journal.log {
  size 50M
  rotate 2
  copytruncate
  missingok
}
ROTATE
  cat >/opt/aws/amazon-cloudwatch-agent/etc/gate-camera.json <<AGENT
{
  "agent": { "run_as_user": "root" },
  "logs": {
    "logs_collected": {
      "files": {
        "collect_list": [
          { "file_path": "$logs/journal.log", "log_group_name": "$GATE_LOG_GROUP", "log_stream_name": "{instance_id}" }
        ]
      }
    }
  }
}
AGENT
  systemctl daemon-reload
  systemctl enable --now gate-camera-log.service
  /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s \
    -c file:/opt/aws/amazon-cloudwatch-agent/etc/gate-camera.json
}

instance=$(metadata instance-id)
take_address
mount_state
patiently dnf install -y -q amazon-cloudwatch-agent logrotate
install -D -m 0644 "$bundle/cameras.json" "$settings/cameras.json"
ship_logs
if [ -n "${GATE_VIDEO_DOMAIN:-}" ]; then
  keep_certificates
  video=(--domain "$GATE_VIDEO_DOMAIN")
else
  video=(--no-video)
fi
bash "$bundle/gate-camera-bridge/host/install.sh" --env "$settings/bridge.env" "${video[@]}"
