"""The files that the image takes from Debian, besides libraries that others are linked with."""

from __future__ import annotations

# A shell, and the programs that the scripts of CI systems call: GitLab's runner (grep, mkdir, rm, chmod, cat,
# cp, mv), Jenkins' durable task (cat, touch, sleep, mv, nohup), Woodpecker and Drone (base64), Tekton and
# Argo (cp, ln). The other programs are for short scripts around a gate. The shell itself provides printf,
# echo, kill and wait.
PROGRAMS = (
    *(
        "sh",
        "cat",
        "mkdir",
        "rm",
        "rmdir",
        "chmod",
        "ls",
        "env",
        "sleep",
        "printenv",
        "test",
        "true",
        "false",
    ),
    *("id", "uname", "date", "tr", "head", "tail", "wc", "cp", "mv", "ln", "touch", "nohup", "base64", "tee"),
    *("basename", "dirname", "mktemp", "sort", "sed", "grep"),
)

# Read by the C library, by OpenSSL and by scanners. Files that the base image lacks are skipped.
FILES = (
    "/etc/passwd",
    "/etc/group",
    "/etc/nsswitch.conf",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/debian_version",
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/certs/ca-certificates.crt",
    "/usr/lib/ssl/cert.pem",
    "/usr/lib/ssl/certs",
    "/usr/lib/ssl/openssl.cnf",
)

# Loaded by name while a program runs, so `ldd` does not list them.
LOADED_LIBRARIES = ("libgcc_s.so.1", "libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2")

LINKS_OF_MERGED_FOLDERS = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin")
FOLDERS = {"/tmp": 0o1777, "/var/tmp": 0o1777, "/run": 0o755, "/home": 0o755, "/root": 0o700}
