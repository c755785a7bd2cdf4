"""Other structures of one file, made by qpdf: object streams, linearised, encrypted."""

import os
import subprocess
import tempfile


def variants(path):
    password = "mật khẩu"
    ascii_password = "mat-khau"
    ways = [
        ("object-streams", ["--object-streams=generate"], None),
        ("linearised", ["--linearize"], None),
        ("rc4-128", ["--allow-weak-crypto", "--encrypt", ascii_password, "owner", "128", "--use-aes=n", "--"], ascii_password),
        ("aes-128", ["--encrypt", ascii_password, "owner", "128", "--use-aes=y", "--"], ascii_password),
        ("aes-256", ["--encrypt", password, "owner", "256", "--"], password),
        ("aes-256-empty", ["--encrypt", "", "owner", "256", "--"], ""),
    ]
    for name, options, secret in ways:
        handle, made = tempfile.mkstemp(suffix=".pdf")
        os.close(handle)
        subprocess.run(["qpdf", *options, path, made], check=True)
        octets = open(made, "rb").read()
        os.unlink(made)
        yield name, octets, None if secret is None else secret.encode()
