"""A Firefox to ask things of, by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which it speaks itself: no driver is needed."""

import itertools
import json
import re
import shutil
import subprocess
import tempfile
import threading

NAMES = ("firefox", "firefox-esr")


def find_firefox():
    """Return the path of a Firefox, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """A headless Firefox with one page; `asked` and `complaints` are what the page asked for and complained of since it was opened."""

    def __init__(self, executable, websocket):
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        command = [executable, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", self._folder.name, "about:blank"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        patience = threading.Timer(60, self._process.kill)
        patience.start()
        address = next((found[0] for line in self._process.stderr if (found := re.search(r"ws://\S+", line))), None)
        patience.cancel()
        if address is None:
            raise OSError("Firefox ended before it could be spoken to")
        self._socket = websocket.create_connection(address + "/session", timeout=60, suppress_origin=True)
        self._numbers = itertools.count(1)
        self.asked, self.complaints = [], []
        self._send("session.new", capabilities={})
        self._page = self._send("browsingContext.getTree")["contexts"][0]["context"]
        self._send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def _send(self, method, **parameters):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("id") == number:
                if said["type"] == "error":
                    raise RuntimeError(f"{method}: {said['message']}")
                return said["result"]
            if said.get("method") == "log.entryAdded" and said["params"]["level"] in ("warn", "error"):
                self.complaints.append(said["params"]["text"])
            elif said.get("method") == "network.beforeRequestSent":
                self.asked.append(said["params"]["request"]["url"])

    def open(self, address, width=1280, height=900):
        """Open an address and wait until it is loaded."""
        self.asked, self.complaints = [], []
        self._send("browsingContext.setViewport", context=self._page, viewport={"width": width, "height": height})
        self._send("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def ask(self, expression):
        """Return the value of an expression on the page, or of what it promises."""
        words = f"Promise.resolve({expression}).then(JSON.stringify)"
        said = self._send("script.evaluate", expression=words, target={"context": self._page}, awaitPromise=True)
        if said["type"] != "success":
            raise RuntimeError(said["exceptionDetails"]["text"])
        return json.loads(said["result"].get("value", "null"))

    def press(self, *keys):
        """Press keys one after the other."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._send("input.performActions", context=self._page, actions=[{"type": "key", "id": "keys", "actions": actions}])

    def close(self):
        self._send("browser.close")
        self._socket.close()
        self._process.wait(20)
        self._process.stderr.close()
        self._folder.cleanup()
