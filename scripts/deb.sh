#!/usr/bin/env bash
# Builds the Debian package from a program that is built already, and the package of its debug symbols:
#
#   scripts/deb.sh PROGRAM FOLDER        FOLDER/qiantang_VERSION_ARCH.deb, FOLDER/qiantang-dbgsym_VERSION_ARCH.deb
#
# It needs no network and no root. The same program gives the same bytes: times are SOURCE_DATE_EPOCH, by default that of the changelog.
# QIANTANG_DEB_COMPRESSION=none is quicker, for tests. DEBFULLNAME and DEBEMAIL name another maintainer than packaging/debian/changelog does.
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8 TZ=UTC

fail() {
    echo "deb: $*" >&2
    exit 1
}

[[ $# -eq 2 ]] || fail "usage: scripts/deb.sh PROGRAM FOLDER"
for tool in dpkg-deb dpkg-shlibdeps objcopy readelf strip gzip python3; do
    command -v "$tool" >/dev/null || fail "$tool is missing: scripts/install-deps.sh deb"
done
program=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
cd "$(dirname "$0")/.."

version=$("$program" --version | cut -d ' ' -f 2)
architecture=$(dpkg --print-architecture)
read -r head <packaging/debian/changelog
[[ $head == "qiantang ($version) "* ]] || fail "packaging/debian/changelog begins with '$head', the program is $version"
signed=$(sed -n 's/^ -- //p' packaging/debian/changelog | head -n 1)
maintainer="${signed%%>*}>"
if [[ -n ${DEBFULLNAME:-} && -n ${DEBEMAIL:-} ]]; then
    maintainer="$DEBFULLNAME <$DEBEMAIL>"
fi
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -d "${signed##*>  }" +%s)}

work=$(mktemp -d "$folder/.deb-XXXXXX")
trap 'rm -rf "$work"' EXIT
tree=$work/qiantang
symbols=$work/qiantang-dbgsym
doc=$tree/usr/share/doc/qiantang

put() { # MODE FROM TO
    install -D -m "$1" "$2" "$tree/$3"
}

# ---- the program and its symbols ----

put 0755 "$program" usr/bin/qiantang
build_id=$(readelf -n "$program" | sed -nE 's/.*Build ID: ([0-9a-f]+).*/\1/p')
[[ -n $build_id ]] || fail "$program has no build id"
debug=usr/lib/debug/.build-id/${build_id:0:2}/${build_id:2}.debug
mkdir -p "$(dirname "$symbols/$debug")"
objcopy --only-keep-debug --compress-debug-sections "$program" "$symbols/$debug"
chmod 0644 "$symbols/$debug"
strip --remove-section=.comment --remove-section=.note "$tree/usr/bin/qiantang"

# ---- settings, pack, unit ----

mkdir -p "$tree/etc/qiantang" "$tree/usr/share/qiantang/packs"
"$program" config --default | sed -e 's|^  data: .*|  data: "/var/lib/qiantang"|' -e 's|^  pack: .*|  pack: "/usr/share/qiantang/packs/bank"|' \
    >"$tree/etc/qiantang/qiantang.yaml"
chmod 0640 "$tree/etc/qiantang/qiantang.yaml"
chmod 0750 "$tree/etc/qiantang"
"$program" config --check "$tree/etc/qiantang/qiantang.yaml" >"$work/said" 2>&1 || fail "$(cat "$work/said")"
for value in '  data: "/var/lib/qiantang"' '  pack: "/usr/share/qiantang/packs/bank"'; do
    grep -qxF "$value" "$tree/etc/qiantang/qiantang.yaml" || fail "the settings have no line '$value' any more"
done
cp -R packs/bank "$tree/usr/share/qiantang/packs/bank"
put 0644 packaging/systemd/qiantang.service usr/lib/systemd/system/qiantang.service
put 0644 packaging/systemd/qiantang.sysusers usr/lib/sysusers.d/qiantang.conf
put 0644 packaging/systemd/qiantang.tmpfiles usr/lib/tmpfiles.d/qiantang.conf

# ---- documents ----

mkdir -p "$doc/examples"
cp -R docs "$doc/docs"
cp -R examples/operations "$doc/examples/operations"
put 0755 examples/clients/qiantang.sh usr/share/doc/qiantang/examples/clients/qiantang.sh
for name in README.md qiantang_client.c qiantang_client.py; do
    put 0644 "examples/clients/$name" "usr/share/doc/qiantang/examples/clients/$name"
done
cp README.md README.zh-CN.md ARCHITECTURE.md NOTICE "$doc/"
put 0644 packaging/debian/lintian-overrides usr/share/lintian/overrides/qiantang
put 0644 packaging/debian/copyright usr/share/doc/qiantang/copyright
gzip -9n <packaging/debian/changelog >"$doc/changelog.gz"
mkdir -p "$tree/usr/share/man/man8"
python3 scripts/manual.py "$program" "$(date -d "@$SOURCE_DATE_EPOCH" +%F)" >"$work/qiantang.8"
gzip -9n <"$work/qiantang.8" >"$tree/usr/share/man/man8/qiantang.8.gz"
mkdir -p "$symbols/usr/share/doc"
ln -s qiantang "$symbols/usr/share/doc/qiantang-dbgsym"

# ---- control ----

mkdir "$work/debian"
printf 'Source: qiantang\n\nPackage: qiantang\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O --warnings=0 -eqiantang/usr/bin/qiantang 2>"$work/said" | sed -n 's/^shlibs:Depends=//p')
[[ -n $depends ]] || fail "$(cat "$work/said")"

control() { # TREE TEMPLATE
    mkdir -p "$1/DEBIAN"
    local size
    size=$(find "$1" -path "$1/DEBIAN" -prune -o -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum + 0 }')
    sed -e "s|@VERSION@|$version|" -e "s|@ARCHITECTURE@|$architecture|" -e "s|@MAINTAINER@|$maintainer|" -e "s|@SIZE@|$size|" \
        -e "s|@DEPENDS@|$depends|" -e "s|@BUILD_ID@|$build_id|" "$2" >"$1/DEBIAN/control"
    (cd "$1" && find . -path ./DEBIAN -prune -o -type f ! -path './etc/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
}

control "$tree" packaging/debian/control.in
control "$symbols" packaging/debian/dbgsym.in
echo /etc/qiantang/qiantang.yaml >"$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do
    install -m 0755 "packaging/debian/$script" "$tree/DEBIAN/$script"
done

# ---- packages ----

# A file of the tree may be private to who built it; in the package everybody may read what is below /usr.
chmod -R u=rwX,go=rX "$tree/usr" "$symbols/usr"
find "$work" -depth -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
for each in "$tree" "$symbols"; do
    dpkg-deb --root-owner-group -Z"${QIANTANG_DEB_COMPRESSION:-xz}" --build "$each" "$folder/$(basename "$each")_${version}_$architecture.deb" >"$work/said" 2>&1 || fail "$(cat "$work/said")"
done
echo "$folder/qiantang_${version}_$architecture.deb"
