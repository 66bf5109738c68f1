"""A Python index with one wheel, and a Debian archive with one list, as files of the site."""

import base64
import hashlib
import io
import zipfile


def write_index(stage):
    """`/simple/gatehouse-demo/`, for pip."""
    wheel = _wheel("gatehouse_demo", "1.0")
    name = "gatehouse_demo-1.0-py3-none-any.whl"
    stage.write(f"files/simple/gatehouse-demo/{name}", wheel)
    digest = hashlib.sha256(wheel).hexdigest()
    stage.write("files/simple/gatehouse-demo/index.html", f'<!DOCTYPE html><a href="{name}#sha256={digest}">{name}</a>')
    return wheel


def write_archive(stage):
    """`/debian/Packages`, for apt-get; nothing is installed from it."""
    stage.write(
        "files/debian/Packages",
        "Package: gatehouse-demo\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <nobody@localhost>\nFilename: ./none.deb\n"
        f"Size: 0\nSHA256: {hashlib.sha256(b'').hexdigest()}\nDescription: nothing\n\n")


def _wheel(name, version):
    files = {
        f"{name}.py": b"word = 'demo'\n",
        f"{name}-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{name}-{version}.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: demo\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in files.items())
    files[f"{name}-{version}.dist-info/RECORD"] = (record + f"{name}-{version}.dist-info/RECORD,,\n").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return out.getvalue()


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
