#!/bin/bash
# PID 1 of the running guest. Takes one command a line from the serial line that the host holds:
#   run N USER   start /job/run/N.sh; its output goes to /job/run/N.out; answers "done N STATUS"
#   kill N       end every process of run N; the answer is that of the run
#   halt         power off
# hostfs writes a file back to the host when it is closed or synced: the answer comes after the sync.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb
for word in $(</proc/cmdline); do case $word in
  polynas.address=*) address=${word#*=} ;;
esac; done

mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
chmod 1777 /tmp
mkdir -p /run/rpcbind /run/lock /run/sendsigs.omit.d /run/sessions
ln -sfn /proc/self/fd /dev/fd
ip link set lo up
ip link set vec0 up
ip addr add "$address/24" dev vec0
echo "10.0.2.2 server" >>/etc/hosts
echo "$address guest" >>/etc/hosts
hostname guest

exec 3<>/dev/ttyS0
stty -F /dev/ttyS0 raw -echo

run() { # N USER
  local home=/root status
  [ "$2" = root ] || home=/home/$2
  setsid --wait bash -c 'echo $$ >/run/sessions/$1; cd "$3"; HOME=$3 USER=$2 exec setpriv --reuid="$2" --regid="$2" --init-groups -- bash "/job/run/$1.sh"' \
    run "$1" "$2" "$home" >"/job/run/$1.out" 2>&1 </dev/null 3<&-
  status=$?
  sync "/job/run/$1.out"
  echo "done $1 $status" >&3
}

echo "ready" >&3
while read -r verb number user <&3; do
  case $verb in
    run) run "$number" "$user" & ;;
    kill) pkill -KILL -s "$(cat "/run/sessions/$number")" ;;
    halt) break ;;
  esac
done

# Lazily and in the background: a mount whose server is gone must not hold the guest.
umount --lazy --all --types nfs,nfs4,cifs,smb3 3<&- &
sleep 0.2
busybox poweroff -n -f
