#!/usr/bin/env bash
# Prints the home of a JDK 25, JAVA_HOME's if it is one; prints nothing and returns 1 if there is none.
set -u

is_jdk25() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && grep -Eq '^JAVA_VERSION="25([."+-]|$)' "$1/release" 2>/dev/null
}

# Homes may hold spaces, so one a line.
candidates() {
  printf '%s\n' "${JAVA_HOME:-}" "${JAVA_HOME_25_X64:-}" "${JAVA_HOME_25_ARM64:-}"
  local java target
  if java=$(command -v java); then
    while [ -L "$java" ]; do
      target=$(readlink "$java")
      case $target in
        /*) java=$target ;;
        *) java=$(dirname "$java")/$target ;;
      esac
    done
    (cd "$(dirname "$java")/.." && pwd -P)
  fi
  if [ -x /usr/libexec/java_home ]; then
    /usr/libexec/java_home -v 25 2>/dev/null
  fi
  printf '%s\n' /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/*jdk* /opt/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home \
    "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/* "${HOME:-}"/.jdks/* "${HOME:-}"/.asdf/installs/java/* \
    "${HOME:-}"/.local/share/mise/installs/java/*
}

while IFS= read -r home; do
  if [ -n "$home" ] && is_jdk25 "$home"; then
    printf '%s\n' "$home"
    exit 0
  fi
done < <(candidates)
exit 1
