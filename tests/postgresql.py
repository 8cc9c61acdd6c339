#!/usr/bin/env python3
"""Runs a program against a PostgreSQL server of its own: tests/postgresql.py PROGRAM [ARGUMENT...]

The server lives in a folder below $TMPDIR, listens on a socket there and nowhere else, and is gone afterwards. The program finds its address in $STORE. Exits
with 77 (a skipped test) where PostgreSQL is not installed, or where root has no other user to run it as.

A program in Python that is run so may import this, and take the server away for a while: postgresql.stop(), postgresql.start(); and have it ask a user for a password.
"""
import os
import pwd
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
SETTINGS = {"listen_addresses": "", "fsync": "off", "shared_buffers": "32MB", "max_connections": "50", "autovacuum": "off"}


def binaries():
    found = shutil.which("initdb")
    if found:
        return os.path.dirname(found)
    base = "/usr/lib/postgresql"
    versions = sorted(os.listdir(base), key=float) if os.path.isdir(base) else []
    return os.path.join(base, versions[-1], "bin") if versions else None


def other_user():
    """PostgreSQL does not run as root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        except KeyError:
            pass
    return None


def control(folder, *arguments, check=True):
    run = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, **other_user()}
    subprocess.run([f"{binaries()}/pg_ctl", "-D", os.path.join(folder, "data"), "-l", os.path.join(folder, "log"), "-w", *arguments], check=check, **run)


def own_folder():
    return os.environ["STORE"].split("host=", 1)[1]


def stop():
    """The server that $STORE names, at once, whoever is connected."""
    control(own_folder(), "-m", "fast", "stop")


def start():
    control(own_folder(), "start")


def ask_for_password(user):
    """From now on this user needs one."""
    path = os.path.join(own_folder(), "data", "pg_hba.conf")
    with open(path, encoding="utf-8") as file:
        rules = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"local all {user} scram-sha-256\n" + rules)
    control(own_folder(), "reload")


def main():
    where, user = binaries(), other_user()
    if where is None or user is None:
        print("PostgreSQL is not installed: skipped")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="qt-pg-") as folder:
        data = os.path.join(folder, "data")
        os.mkdir(data, 0o700)
        os.chmod(folder, 0o755)
        if user:
            os.chown(folder, user["user"], user["group"])
            os.chown(data, user["user"], user["group"])
        run = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, **user}
        subprocess.run([f"{where}/initdb", "-D", data, "-U", "qiantang", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-N"], check=True, **run)
        with open(os.path.join(data, "postgresql.conf"), "a", encoding="ascii") as file:
            file.writelines(f"{key} = '{value}'\n" for key, value in SETTINGS.items())
            file.write(f"unix_socket_directories = '{folder}'\n")
        control(folder, "start")
        try:
            address = f"postgresql://qiantang@/postgres?host={folder}"
            return subprocess.run(sys.argv[1:], env={**os.environ, "STORE": address}, check=False).returncode
        finally:
            control(folder, "-m", "immediate", "stop", check=False)


if __name__ == "__main__":
    sys.exit(main())
