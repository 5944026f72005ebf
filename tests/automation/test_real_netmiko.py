"""netmiko itself, where it is installed, over a channel that leads to a session."""

import threading
import time
import warnings

import pytest


@pytest.fixture
def connect(md, classic, monkeypatch):
    """Return netmiko's driver for nokia_sros, connected and prepared; nothing sleeps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries below it
        netmiko = pytest.importorskip("netmiko")
    monkeypatch.setattr(time, "sleep", lambda _: None)

    def prepared(dialect):
        driver = netmiko.ConnectHandler(
            device_type="nokia_sros", host="r", username="admin", password="x", auto_connect=False
        )
        driver.channel = Channel({"md": md, "classic": classic}[dialect])
        driver._session_locker = threading.Lock()
        driver.session_preparation()
        return driver

    return prepared


class Channel:
    """What netmiko asks of a channel, over a terminal."""

    def __init__(self, terminal):
        self.terminal = terminal
        self._line = ""
        self._arrived = terminal.read_first()

    def write_channel(self, sent):
        *lines, self._line = (self._line + sent).split("\n")
        for line in lines:
            self._arrived += self.terminal.send(line)

    def read_buffer(self):
        arrived, self._arrived = self._arrived, ""
        return arrived

    read_channel = read_buffer


def test_the_md_cli(connect, router):
    driver = connect("md")
    assert driver.base_prompt == "A:admin@srpki"
    assert "TiMOS" in driver.send_command("show version")
    shown = driver.send_config_set(["/configure system security pki dynamic-ca true"])
    assert "MINOR" not in shown
    assert driver.check_config_mode()
    driver.commit()
    assert "Saving configuration OK" in driver.save_config()
    running = router.datastore.running
    driver.send_config_set(["/configure system name r1"])
    driver.exit_config_mode()
    assert not driver.check_config_mode()
    assert router.datastore.running == running
    driver.cleanup()
    assert driver.channel.terminal.closed


def test_the_classic_cli(connect, router):
    driver = connect("classic")
    assert driver.base_prompt == "A:srpki"
    shown = driver.send_config_set(["/configure system security pki dynamic-ca"])
    assert "Error" not in shown
    assert "Saving configuration" in driver.save_config()
    driver.cleanup()
    assert driver.channel.terminal.closed
    assert router.datastore.running["system"]
