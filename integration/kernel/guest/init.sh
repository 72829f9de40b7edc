#!/bin/bash
# Second program of the guest, from the job folder: a tmpfs overlay on the read-only root, then the agent in it.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t sysfs sysfs /sys
for word in $(</proc/cmdline); do case $word in
  polynas.modules=*) modules=${word#*=} ;;
esac; done
mount -t hostfs -o "ro,$modules" none /lib/modules
modprobe overlay
mount -t tmpfs -o size=60% tmpfs /mnt
mkdir -p /mnt/upper /mnt/work /mnt/root
root=/mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay $root || {
  echo "polynas: no overlay"
  busybox poweroff -f
}
mount -t devtmpfs dev $root/dev
for folder in proc sys job lib/modules; do mount --move /$folder $root/$folder; done
exec chroot $root /bin/bash /job/guest/agent.sh
