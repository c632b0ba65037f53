#!/usr/bin/env bash
# Mounts a folder of this machine as another machine would see it ($KIND: nfs or cifs). For the public workflow.
#     sudo KIND=nfs scripts/mountShare.sh <folder> <mount point> <user id> <group id>
set -euo pipefail
folder=$1 mount=$2 user=$3 group=$4
apt-get update
mkdir -p "$folder" "$mount"
chown "$user:$group" "$folder"
case $KIND in
  nfs)
    apt-get install --yes --no-install-recommends nfs-kernel-server
    echo "$folder 127.0.0.1(rw,sync,no_subtree_check,no_root_squash,insecure)" > /etc/exports
    systemctl restart nfs-server
    exportfs -ra
    # Without a cache that is shared, two mounts are two hosts.
    mount -t nfs4 -o nosharecache,actimeo=1 "127.0.0.1:$folder" "$mount"
    ;;
  cifs)
    apt-get install --yes --no-install-recommends samba cifs-utils "linux-modules-extra-$(uname -r)"
    printf '[global]\nmap to guest = Bad User\n[share]\npath = %s\nread only = no\nguest ok = yes\nforce user = %s\n' \
      "$folder" "$(id -un "$user")" > /etc/samba/smb.conf
    systemctl restart smbd
    modprobe cifs
    mount -t cifs -o "guest,uid=$user,gid=$group,file_mode=0600,dir_mode=0700" //127.0.0.1/share "$mount"
    ;;
  *)
    echo "KIND is nfs or cifs, not '$KIND'." >&2
    exit 1
    ;;
esac
