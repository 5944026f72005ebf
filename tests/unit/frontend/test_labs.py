"""The lab of a node: what it remembers, and that a damaged memory is as good as none."""

import json
import socket
from contextlib import closing
from datetime import timedelta

import pytest

from srpki.frontend.labs import LAB_DIRECTORY, Lab


@pytest.fixture
def remembering(tmp_path):
    """Return a lab that starts on what *files* say."""

    def remembering(**files):
        (tmp_path / LAB_DIRECTORY).mkdir()
        for name, text in files.items():
            (tmp_path / LAB_DIRECTORY / f"{name}.json").write_text(text)
        return Lab(tmp_path)

    return remembering


@pytest.mark.parametrize("offset", [10**20, 10**12, -(10**12)])
def test_a_clock_that_cannot_be_is_forgotten(remembering, offset):
    lab = remembering(clock=f'{{"offset": {offset}}}')
    assert abs(lab.clock.offset) < timedelta(minutes=1)
    lab.stop()


@pytest.mark.parametrize("ports", ['{"cmp": 70000}', '{"est": -1}'])
def test_ports_that_cannot_be_are_forgotten(remembering, ports):
    lab = remembering(ports=ports)
    lab.start()
    assert 0 < lab.server.cmp_port < 65536
    assert 0 < lab.server.est_port < 65536
    lab.stop()


def test_a_port_that_is_taken_is_another_one_and_that_is_said(remembering, capsys):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        lab = remembering(ports=json.dumps({"cmp": port}))
        lab.start()
        told = capsys.readouterr().err
        assert f"srpki: port {port}" in told
        assert str(lab.server.cmp_port) in told
        assert told.count("\n") == 1
        lab.stop()
