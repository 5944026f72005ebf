"""A client of NETCONF that talks to a session in memory: what it writes is what a wire carries."""

import queue
import threading
from xml.etree import ElementTree as ET

from srpki.netconf.session import NetconfSession

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
CONF = "urn:nokia.com:sros:ns:yang:sr:conf"
AUGMENTS = "urn:nokia.com:sros:ns:yang:sr:ietf-netconf-augments"
BASE_10 = "urn:ietf:params:netconf:base:1.0"
BASE_11 = "urn:ietf:params:netconf:base:1.1"
PRIVATE = "urn:nokia.com:nc:pc"


def hello(*capabilities):
    said = "".join(f"<capability>{one}</capability>" for one in capabilities)
    return f'<hello xmlns="{BASE}"><capabilities>{said}</capabilities></hello>'


def inner(element):
    """Return *element* as text without namespaces, as sentences about it are short then."""
    copy = ET.fromstring(ET.tostring(element))
    for each in copy.iter():
        each.tag = each.tag.rpartition("}")[2]
        each.tail = (each.tail or "").strip() or None
    return ET.tostring(copy, encoding="unicode")


class Client:
    """One session at *machine*; *said* is what it announces."""

    def __init__(self, machine, *said, user="admin", greet=True, **more):
        self._sent = queue.Queue()
        self._came = queue.Queue()
        self._held = b""
        self.text = b""
        self.chunked = False
        self.session = NetconfSession(machine, user, "192.0.2.7", **more)
        self.session.hang_up = lambda: self._sent.put(b"")
        self._number = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        if greet:
            self.hello = self.message()
            self.send(hello(*(said or (BASE_10, BASE_11))))
            self.chunked = not said or BASE_11 in said

    def _serve(self):
        try:
            self.session.serve(self._sent.get, self._came.put)
        finally:
            self._came.put(b"")

    # --- octets ---

    def write(self, data):
        self._sent.put(data)

    def send(self, text):
        data = text.encode()
        self.write(b"\n#%d\n%b\n##\n" % (len(data), data) if self.chunked else data + b"]]>]]>")

    def message(self):
        """Return the next message as an element; None at the end."""
        end = b"\n##\n" if self.chunked else b"]]>]]>"
        while end not in self._held:
            data = self._came.get(timeout=60)
            if not data:
                return None
            self._held += data
        message, _, self._held = self._held.partition(end)
        self.text = _joined(message) if self.chunked else message
        return ET.fromstring(self.text)

    # --- requests ---

    def rpc(self, body, attributes=""):
        """Return the reply to the operation *body*."""
        self._number += 1
        head = f'<rpc xmlns="{BASE}" message-id="{self._number}" {attributes}>'
        self.send(f"{head}{body}</rpc>")
        reply = self.message()
        assert reply is None or reply.get("message-id") == str(self._number)
        return reply

    def ok(self, body):
        reply = self.rpc(body)
        assert [one.tag for one in reply] == [f"{{{BASE}}}ok"], inner(reply)

    def errors(self, body):
        """Return the errors in the reply to *body*: type, tag, message, path."""
        reply = self.rpc(body)
        found = [error_of(one) for one in reply]
        assert {one.tag for one in reply} == {f"{{{BASE}}}rpc-error"}, inner(reply)
        return found

    def error(self, body):
        (found,) = self.errors(body)
        return found

    def data(self, body):
        """Return what is in the data of the reply to *body*, without namespaces."""
        reply = self.rpc(body)
        assert len(reply) == 1 and reply[0].tag.endswith("}data"), inner(reply)
        return "".join(inner(one) for one in reply[0])

    def edit(self, config, more=""):
        return (
            f"<edit-config><target><candidate/></target>{more}"
            f'<config><configure xmlns="{CONF}" xmlns:nc="{BASE}">{config}</configure></config>'
            "</edit-config>"
        )

    def close(self):
        self.write(b"")
        self.wait()

    def wait(self):
        self._thread.join(60)
        assert not self._thread.is_alive()


def error_of(element):
    def said(name):
        return element.findtext(f"{{{BASE}}}{name}")

    return said("error-type"), said("error-tag"), said("error-message"), said("error-path")


def _joined(message):
    """Return the octets of the chunks of *message*."""
    content = b""
    while message:
        head, _, rest = message.removeprefix(b"\n#").partition(b"\n")
        content, message = content + rest[: int(head)], rest[int(head) :]
    return content
