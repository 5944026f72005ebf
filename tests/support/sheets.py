"""The fact trees, and where the schema differs from them knowingly.

Both what the schema is compared with and what typed lines are judged by come from here. A node that
is left out, is our own or is declared otherwise stands in ``facts/accepted.toml`` with its reason.
"""

import json
import tomllib
from collections import Counter
from pathlib import Path

FACTS = Path(__file__).parents[1] / "facts"
SHEETS = {
    ("admin", "system", "security", "pki"): ("admin-system-security-pki",),
    ("configure", "ipsec", "cert-profile"): ("configure-ipsec-cert-profile",),
    ("configure", "ipsec", "trust-anchor-profile"): ("configure-ipsec-trust-anchor-profile",),
    ("configure", "log"): ("configure-log", "configure-log-event-handling"),
    ("configure", "system", "login-control"): ("configure-system-login-control",),
    ("configure", "system", "management-interface"): ("configure-system-management-interface",),
    ("configure", "system", "script-control"): ("configure-system-script-control",),
    ("configure", "system", "security", "aaa", "local-profiles"): (
        "configure-system-security-aaa-local-profiles",
    ),
    ("configure", "system", "security", "pki"): ("configure-system-security-pki",),
    ("configure", "system", "security", "ssh"): ("configure-system-security-ssh",),
    ("configure", "system", "security", "tls"): ("configure-system-security-tls",),
    ("configure", "system", "security", "user-params"): ("configure-system-security-user-params",),
    ("configure", "system", "transmission-profile"): ("configure-system-transmission-profile",),
    ("state", "ipsec", "cert-profile"): ("state-ipsec-cert-profile",),
    ("state", "ipsec", "trust-anchor-profile"): ("state-ipsec-trust-anchor-profile",),
    ("state", "log"): ("state-log",),
    ("state", "system", "security", "pki"): ("state-system-security-pki",),
    ("state", "system", "security", "tls"): ("state-system-security-tls",),
    ("state", "users"): ("state-users",),
}
"""The trees that hold the children of each place; several where one is an excerpt of the rest."""


def accepted():
    """Return the accepted differences, lists of tables by the name of the place."""
    return tomllib.loads((FACTS / "accepted.toml").read_text(encoding="utf-8"))


def sheet(place):
    """Return the children of *place* as the fact trees have them.

    A class of characters that Python's expressions lack, all but control characters and the like, is
    any character here: texts hold printable ones only.
    """
    names = SHEETS[place]
    texts = ((FACTS / f"{name}.json").read_text(encoding="utf-8") for name in names)
    found = [node for text in texts for node in json.loads(text.replace(r"\\P{C}", "."))]
    if len(names) > 1:  # the models have the leafs first, then the rest by name
        found.sort(key=lambda node: (node["kind"] != "leaf", node["name"]))
    return found


def wanted(place):
    """Return the children of *place* that the schema must have, and the paths of its own nodes.

    Paths are counted from *place* and written with slashes, choices and cases among them. Raises
    `ValueError` for an accepted difference that is none any more.
    """
    nodes, own = sheet(place), set()
    for entry in accepted().get(" ".join(place), ()):
        if not entry["why"]:
            raise ValueError(f"{place}: no reason for {entry}")
        for path in entry.get("left-out", ()):
            siblings, node = _find(nodes, path)
            siblings.remove(node)
        for path in entry.get("otherwise", ()):
            _, node = _find(nodes, path)
            said = dict(node)
            node.update(entry.get("as", {}))
            for name in entry.get("without", ()):
                node.pop(name)
            if node == said:
                raise ValueError(f"{path} is declared as the tree has it")
        own.update(entry.get("ours", ()))
    return nodes, own


def _find(nodes, path):
    """Return the siblings of the node at *path*, and the node."""
    *above, name = path.split("/")
    for step in above:
        nodes = children(_named(nodes, step, path))
    return nodes, _named(nodes, name, path)


def _named(nodes, name, path):
    found = next((node for node in nodes if node["name"] == name), None)
    if found is None:
        raise ValueError(f"{path}: the tree has no {name}")
    return found


def children(node):
    """Return what stands below a *node* of a tree; of an action its inputs."""
    found = node.get("children", [])
    if node["kind"] == "action":
        (given,) = (child for child in found if child["kind"] == "input")
        return given.get("children", [])
    return found


def kinds(nodes):
    """Return how many nodes of each kind there are at and below *nodes*."""
    found = Counter(node["kind"] for node in nodes)
    return sum((kinds(children(node)) for node in nodes), found)
