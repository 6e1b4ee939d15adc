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
