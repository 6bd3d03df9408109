"""Ports: free ones, and the one of last time."""

import socket

from config.local import ports


def test_the_port_of_last_time_is_taken_again(tmp_path):
    file = tmp_path / "port"
    first = ports.remembered(file)
    assert ports.remembered(file) == first


def test_a_port_that_someone_took_meanwhile_is_replaced(tmp_path):
    file = tmp_path / "port"
    with socket.socket() as other:
        other.bind((ports.LOOPBACK, 0))
        other.listen()
        taken = other.getsockname()[1]
        file.write_text(str(taken))
        chosen = ports.remembered(file)
    assert chosen != taken
    assert file.read_text() == f"{chosen}\n"


def test_a_listening_port_is_busy_and_a_closed_one_is_free():
    with socket.socket() as other:
        other.bind((ports.LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        assert not ports.is_free(port)
    assert ports.is_free(port)
