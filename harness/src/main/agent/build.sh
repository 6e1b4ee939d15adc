#!/bin/sh
# Builds the guest agent into the folder $1. Without an assembler it says so and leaves the folder alone.
set -eu
out=$1
here=$(dirname "$0")
if ! command -v cc >/dev/null 2>&1 || ! command -v ld >/dev/null 2>&1 || [ "$(uname -m)" != x86_64 ]; then
  echo "[apic-tck] no cc and ld for x86-64: the guest agent is left out, so the targets kvm, qemu, bochs and serial are not available"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
cc -c -o "$work/rom.o" "$here/rom.S"
ld -m elf_x86_64 -Ttext 0 -e 0 --oformat binary -o "$out/rom.bin" "$work/rom.o"
cc -c -o "$work/agent.o" "$here/agent.S"
ld -m elf_x86_64 -N -Ttext 0x100000 -e 0x100000 --oformat binary -o "$out/agent.bin" "$work/agent.o"
sectors=$((($(wc -c < "$out/agent.bin") + 511) / 512))
cc -DAGENT_SECTORS=$sectors -c -o "$work/boot.o" "$here/boot.S"
ld -m elf_x86_64 -Ttext 0x7C00 -e 0x7C00 --oformat binary -o "$work/boot.bin" "$work/boot.o"
# a bootable disk, padded so that whole chunks can be read
cat "$work/boot.bin" "$out/agent.bin" > "$out/agent.img"
dd if=/dev/zero of="$out/agent.img" bs=512 seek=$((1 + (sectors + 2047) / 2048 * 2048)) count=1 2>/dev/null
