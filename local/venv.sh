#!/bin/sh
# Make the virtual environment $1 with the pinned packages of $2, with any Python from 3.11 on; PYTHON= chooses one.
set -eu
venv=$1
requirements=$2

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if command -v "$python" >/dev/null 2>&1 && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        break
    fi
    python=
done
if [ -z "${python:-}" ]; then
    echo "Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv); PYTHON=… names another one." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$python cannot make virtual environments. Debian and Ubuntu: sudo apt-get install python3-venv (or python$version-venv)" >&2
    exit 1
fi

echo "$venv: installing $requirements (once)"
# Made anew: an old one may have packages that are no longer pinned, or another Python.
"$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --no-compile --disable-pip-version-check --no-warn-script-location --requirement "$requirements"
# What is imported is compiled then; compiling all of it here would cost a minute.
touch "$venv/made"
