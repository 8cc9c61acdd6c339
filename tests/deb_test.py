#!/usr/bin/env python3
"""The Debian package: what is in it, with which rights, and that the server starts from it as its unit would start it.

Usage: deb_test.py QIANTANG BUILD_FOLDER
Nothing is installed: the package is taken apart in a folder below BUILD_FOLDER. Exit code 77 (skipped) where Debian's tools are missing.
The last line is "N passed, N failed".
"""
import gzip
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

QIANTANG, BUILD = sys.argv[1], sys.argv[2]
ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ("dpkg", "dpkg-deb", "dpkg-shlibdeps", "objcopy", "readelf", "strip")
FILES = {
    "usr/bin/qiantang": 0o755,
    "etc/qiantang/qiantang.yaml": 0o640,
    "usr/lib/systemd/system/qiantang.service": 0o644,
    "usr/lib/sysusers.d/qiantang.conf": 0o644,
    "usr/lib/tmpfiles.d/qiantang.conf": 0o644,
    "usr/share/qiantang/packs/bank/pack.yaml": 0o644,
    "usr/share/doc/qiantang/copyright": 0o644,
    "usr/share/doc/qiantang/changelog.gz": 0o644,
    "usr/share/doc/qiantang/docs/operations/README.md": 0o644,
    "usr/share/doc/qiantang/README.zh-CN.md": 0o644,
    "usr/share/doc/qiantang/examples/clients/qiantang_client.py": 0o644,
    "usr/share/man/man8/qiantang.8.gz": 0o644,
}


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, timeout=120, **more)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def build(folder):
    folder.mkdir()
    # `none` compresses nothing: what is tested is the content.
    run(str(ROOT / "scripts/deb.sh"), QIANTANG, str(folder), env={**os.environ, "QIANTANG_DEB_COMPRESSION": "none"})
    packages = sorted(folder.glob("*.deb"))
    assert len(packages) == 2 and not [each for each in folder.iterdir() if each not in packages], list(folder.iterdir())
    return packages   # symbols first


def test_the_same_bytes_again(folder, packages, tree):
    again = build(folder / "again")
    assert [each.read_bytes() for each in again] == [each.read_bytes() for each in packages], "the package differs from one build to the next"


def test_files_and_rights(folder, packages, tree):
    for name, mode in FILES.items():
        assert (tree / name).is_file(), name
        assert (tree / name).stat().st_mode & 0o7777 == mode, (name, oct((tree / name).stat().st_mode))
    listed = run("dpkg-deb", "-c", packages[1]).decode().splitlines()
    assert all(" root/root " in line for line in listed), [line for line in listed if " root/root " not in line][:3]
    for path in tree.rglob("*"):
        assert not path.stat().st_mode & 0o7022, path   # neither writable for others nor setuid
        assert path.is_dir() or path.name != "DEBIAN"
    tops = {path.name for path in tree.iterdir()}
    assert tops == {"DEBIAN", "etc", "usr"}, tops
    packed = {str(path.relative_to(ROOT / "packs")) for path in (ROOT / "packs/bank").rglob("*") if path.is_file()}
    there = tree / "usr/share/qiantang/packs"
    assert packed == {str(path.relative_to(there)) for path in there.rglob("*") if path.is_file()}
    manual = gzip.decompress((tree / "usr/share/man/man8/qiantang.8.gz").read_bytes()).decode()
    assert ".SS qiantang serve" in manual and ".SS qiantang verify" in manual


def test_control(folder, packages, tree):
    fields = dict(re.findall(r"^([\w-]+): (.*)$", (tree / "DEBIAN/control").read_text(), re.M))
    version = run(QIANTANG, "--version").decode().split()[1]
    assert (fields["Package"], fields["Version"]) == ("qiantang", version), fields
    assert fields["Architecture"] == run("dpkg", "--print-architecture").decode().strip()
    for library in ("libc6 ", "libyaml-0-2", "libmicrohttpd12 ", "libssl3 "):
        assert library in fields["Depends"], fields["Depends"]
    assert (tree / "DEBIAN/conffiles").read_text() == "/etc/qiantang/qiantang.yaml\n"
    summed = {line.split("  ", 1)[1] for line in (tree / "DEBIAN/md5sums").read_text().splitlines()}
    files = {str(path.relative_to(tree)) for path in (tree / "usr").rglob("*") if path.is_file()}
    assert summed == files, summed ^ files
    run("md5sum", "--quiet", "-c", "DEBIAN/md5sums", cwd=tree)
    for script in ("postinst", "prerm", "postrm"):
        assert (tree / "DEBIAN" / script).stat().st_mode & 0o777 == 0o755
        run("sh", "-n", tree / "DEBIAN" / script)
        text = (tree / "DEBIAN" / script).read_text()
        assert not re.search(r"^\s*rm\b", text, re.M), f"{script} removes something"


def test_symbols(folder, packages, tree):
    symbols = folder / "symbols"
    run("dpkg-deb", "-R", packages[0], symbols)
    build_id = re.search(r"Build ID: (\w+)", run("readelf", "-n", tree / "usr/bin/qiantang").decode())[1]
    assert (symbols / f"usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug").is_file()
    assert b".symtab" not in run("readelf", "-SW", tree / "usr/bin/qiantang")


def test_the_unit_names_what_is_there(folder, packages, tree):
    unit = (tree / "usr/lib/systemd/system/qiantang.service").read_text()
    for path in re.findall(r"(?<![\w/])/(?:usr/bin|usr/share|etc)/[\w./-]+", unit):
        assert path == "/usr/bin/kill" or (tree / path[1:]).exists(), path
    assert "ReadWritePaths=/var/lib/qiantang\n" in unit and "User=qiantang\n" in unit
    settings = (tree / "etc/qiantang/qiantang.yaml").read_text()
    assert '  data: "/var/lib/qiantang"\n' in settings and '  destination: stderr\n' in settings


def adjusted(folder, tree):
    """The packaged settings, with the folders of this machine, a port that is free and a journal that is small."""
    text = (tree / "etc/qiantang/qiantang.yaml").read_text()
    for old, new in ((r"  data: .*", f'  data: "{folder}/data"'), (r"  pack: .*", f'  pack: "{tree}/usr/share/qiantang/packs/bank"'),
                     (r"  port: .*", "  port: 0"), (r"  segment_bytes: .*", "  segment_bytes: 8 MiB")):
        text, count = re.subn(f"^{old}$", new, text, count=1, flags=re.M)
        assert count == 1, old
    path = folder / "qiantang.yaml"
    path.write_text(text)
    return path


def hear(manager, line):
    said = []
    while line not in said:
        said += manager.recv(4096).decode().splitlines()


def test_starts_reloads_and_stops(folder, packages, tree):
    program, settings = tree / "usr/bin/qiantang", adjusted(folder, tree)
    run(program, "config", "--check", settings)
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(folder / "notify"))
    manager.settimeout(120)
    process = subprocess.Popen([program, "serve", "--config", settings], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")})
    port = None
    for line in process.stdout:
        if line.startswith("listening"):
            port = int(line.rsplit(":", 1)[1])
            break
    assert port is not None, process.stderr.read()
    hear(manager, "READY=1")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    # A second one on the same folder is refused, and its log tells that it never began.
    second = subprocess.run([program, "serve", "--config", settings], capture_output=True, text=True, timeout=120)
    assert second.returncode == 3 and '"event":"not_started","code":"AC013"' in second.stderr and "stopped" not in second.stderr, second
    process.send_signal(signal.SIGHUP)
    hear(manager, "READY=1")
    process.send_signal(signal.SIGTERM)
    hear(manager, "STOPPING=1")
    out, err = process.communicate(timeout=120)
    manager.close()
    assert process.returncode == 0, (process.returncode, out, err)
    assert '"event":"settings_read_again"' in err and '"event":"stopped"' in err, err


def main():
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        print(f"skipped: {', '.join(missing)} missing (scripts/install-deps.sh deb)")
        return 77
    passed = failed = 0
    with tempfile.TemporaryDirectory() as short, tempfile.TemporaryDirectory(dir=BUILD, prefix="deb-test-") as made:
        packages = build(pathlib.Path(made) / "first")
        tree = pathlib.Path(made) / "tree"
        run("dpkg-deb", "-R", packages[1], tree)
        for name, test in [(name, value) for name, value in list(globals().items()) if name.startswith("test_")]:
            folder = pathlib.Path(short) / name   # short: the address of a socket has 107 bytes
            folder.mkdir()
            try:
                test(folder, packages, tree)
                passed += 1
            except (AssertionError, OSError) as error:
                failed += 1
                print(f"{name}: {error!r}", file=sys.stderr)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
