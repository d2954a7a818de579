# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run lint [--fix] [FILES]
#: Check layout and habits with clang-format, clang-tidy and shellcheck; --fix lays files out.
#:
#: Without FILES: everything. clang-tidy needs the dev build, and takes its time.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh

fix=
if [[ ${1:-} == --fix ]]; then
    fix=1
    shift
fi
for tool in clang-format clang-tidy; do
    command -v "$tool" >/dev/null || die "lint: $tool is missing: ./run setup --dev"
done
files=("$@")
if [[ $# -eq 0 ]]; then
    mapfile -t files < <(find backend ui app tests -name '*.cpp' -o -name '*.h' | sort)
fi
if [[ -n $fix ]]; then
    exec clang-format -i "${files[@]}"
fi

failed=0
clang-format --dry-run -Werror "${files[@]}" || failed=1
if command -v shellcheck >/dev/null; then
    shellcheck -x run .ci/run packaging/scripts/*.sh packaging/demo/*.sh || failed=1
fi
"$BASH" packaging/scripts/build.sh dev
# Only what was compiled can be understood; headers are looked at through the files that include them.
printf '%s\n' "${files[@]}" | grep '\.cpp$' | while read -r file; do
    if grep -q "\"$root/$file\"" build/dev/compile_commands.json; then printf '%s\0' "$file"; fi
done | xargs -0 -r -n 4 -P "$(nproc)" clang-tidy -p build/dev --quiet || failed=1
exit "$failed"
