#!/usr/bin/env bash
# Éprouve les greffons contre les vrais logiciels, dans un environnement neuf. Sans argument, tous : beancount, odoo, tryton.
set -euo pipefail
ici=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- beancount odoo tryton
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1

"${PYTHON:-python3}" -m venv "$tmp/venv"
for greffon; do cp -r "$ici/$greffon" "$tmp/"; done
"$tmp/venv/bin/python" -m pip install --quiet --no-compile "$ici/.." "pytest>=8.3" "${@/#/$tmp/}"
for greffon; do
  printf '\n-- %s (%ss)\n' "$greffon" "$SECONDS"
  cd "$tmp/$greffon"
  case $greffon in
    tryton) TRYTOND_DATABASE_URI=sqlite:// DB_NAME=:memory: "$tmp/venv/bin/python" -W ignore -m unittest discover -s tests ;;
    *) "$tmp/venv/bin/python" -m pytest ;;
  esac
done
printf '\n-- tout tient (%ss)\n' "$SECONDS"
