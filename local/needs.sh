#!/bin/sh
# What setting up takes, looked at before anything is downloaded. Run by make in the checkout's folder.
DISK_MB=2048
MEMORY_MB=2048

free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
if [ "$free_mb" -lt "$DISK_MB" ]; then
    echo "Setting up takes $DISK_MB MB of disk, and $free_mb MB are free here." >&2
    exit 1
fi
memory_mb=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null)
if [ -n "$memory_mb" ] && [ "$memory_mb" -lt "$MEMORY_MB" ]; then
    echo "The local AWS takes up to $MEMORY_MB MB of memory, and $memory_mb MB are available: it may be slow." >&2
fi
