#!/usr/bin/env bash
# Real pypeliner, from PyPI, through our Python package: all of its tests on one Python, and a whole workflow on every other,
# 3.9 to 3.13; then the workflow on the twin, by lab queue serve.
set -euo pipefail
cache=${LAB_CONFORMANCE_CACHE:-$ROOT/.lab/conformance}/pypeliner
package=$ROOT/containers/pypeliner/python
mkdir -p "$cache"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$package
# A Python of this version: one in PATH that starts, or one of pyenv's.
python_of() {
  local each
  for each in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
    "$each" -c 'import venv' >/dev/null 2>&1 && { echo "$each"; return; }
  done
  return 1
}
found=()
for version in 3.9 3.10 3.11 3.12 3.13; do python_of $version >/dev/null && found+=($version); done
[ ${#found[@]} -gt 0 ] || { echo "no Python from 3.9 to 3.13"; exit 77; }

# Released as source alone, whose set-up no longer runs under 3.12; what it builds under 3.11 or older does.
builder=
for version in 3.11 3.10 3.9; do python_of $version >/dev/null && { builder=$version; break; }; done
[ -n "$builder" ] || { echo "pypeliner 0.7.0 is built by Python 3.11 or older, and there is none"; exit 77; }
wheel=$cache/pypeliner-0.7.0-py3-none-any.whl
[ -f "$wheel" ] || "$(python_of "$builder")" -m pip wheel -q --disable-pip-version-check --no-deps -w "$cache" pypeliner==0.7.0
environment() {
  local venv=$cache/$1
  [ -x "$venv/bin/pypeliner_delegate" ] && return
  "$(python_of "$1")" -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check "$wheel" dill==0.4.1 six==1.17.0 pytest==8.4.2
}
for version in "${found[@]}"; do
  environment "$version"
  if [ "$version" = "$builder" ]; then which=("$package/tests"); else
    which=("$package/tests/test_parts.py" "$package/tests/test_workflow.py::test_a_second_run_does_nothing_though_temporary_files_are_gone")
  fi
  echo "--- Python $version"
  "$cache/$version/bin/python" -m pytest -q -p no:cacheprovider "${which[@]}"
done

# Jobs see what their image would have: the package is installed, from a copy, for building leaves things beside the source.
venv=$cache/twin
[ -x "$venv/bin/pypeliner_delegate" ] || {
  "$(python_of "$builder")" -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check "$wheel" dill==0.4.1 six==1.17.0
}
cp -r "$package" "$TMPDIR/package"
"$venv/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall "$TMPDIR/package"
unset PYTHONPATH
echo "--- on the twin"
node "$ROOT/test/conformance/pypeliner/on-the-twin.ts" "$venv"
