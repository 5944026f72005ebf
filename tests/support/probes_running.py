"""What is asked of limits on time, terminals and the lab CA; the others are in `probes`."""

import io
import threading

from probes import NOW, OverlookedError, message
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding import KeyBindings

from srpki.cli.classic.file import ClassicReader
from srpki.cli.session import Session
from srpki.config.braces import BraceReader
from srpki.config.persist import load
from srpki.config.strictness import IGNORE_UNKNOWN
from srpki.core.clock import FrozenClock
from srpki.core.wire import HttpReply, HttpRequest
from srpki.engine import drive
from srpki.engine.protocols import est as renewal_by_est
from srpki.frontend.ahead import Ahead
from srpki.frontend.editor import Editor
from srpki.labca import connections, listener
from srpki.labca.http11 import RequestReader
from srpki.protocol.cmp import bodies, messages
from srpki.protocol.cmp.delivery import Delivery
from srpki.protocol.cmp.peer import CmpPeer
from srpki.protocol.cmp.status import WAITING, StatusInfo
from srpki.protocol.est.conversation import Patience
from srpki.protocol.steps import Send, Wait
from srpki.schema.tree import SCHEMA

GET = HttpRequest(method="GET", url="http://127.0.0.1/")

# --- time -------------------------------------------------------------------------------------


class _Undecided:
    """A CA that puts a request off *times* times, *wait* seconds each, in all not over *most*."""

    def __init__(self, times, wait, most):
        self.waits = [min(wait, most - wait * one) for one in range(times)]
        self.asked = []
        self.passed = 0

    def names_request(self, _answer):
        return False

    def ask(self, _body):
        yield from ()
        self.asked.append(self.passed)
        if not self.waits:
            response = bodies.CertificateResponse(cert_req_id=0, status=StatusInfo())
            return messages.decode(message(bodies.encode_responses("ip", (response,), ())))
        answer = bodies.PollAnswer(cert_req_id=0, check_after=self.waits.pop(0), reason=())
        return messages.decode(message(bodies.encode_poll_answer(answer)))

    def wait(self):
        """Let the client wait; afterwards `asked` has the second of each poll."""
        waiting = bodies.CertificateResponse(cert_req_id=0, status=StatusInfo(WAITING))
        put_off = messages.decode(message(bodies.encode_responses("ip", (waiting,), ())))
        peer = CmpPeer(url="http://127.0.0.1/", ca_certificates=())
        # Not `met`, which would take every step before time has passed.
        waits = 0
        for step in Delivery(self, peer, "ip", "it").decided(put_off, wait=True):
            assert isinstance(step, Wait)
            self.passed += step.seconds
            waits += 1
        assert waits
        return self


def cmp_polls(number, _tools):
    assert len(_Undecided(number - 1, 1, number).wait().asked) == number


def cmp_polled_seconds(seconds, _tools):
    times = -(-seconds // 3600)
    assert _Undecided(times, 3600, seconds).wait().passed == seconds


def cmp_polls_a_second(number, _tools):
    _count_within_a_second(number, _Undecided(5, 0, 0).wait().asked)


def _count_within_a_second(number, asked):
    if sum(moment < 1 for moment in asked) < number:
        raise OverlookedError


def est_polls(number, _tools):
    for _ in _est_waits([1] * number):
        pass


def est_polled_seconds(seconds, _tools):
    whole, rest = divmod(seconds, 3600)
    assert sum(_est_waits([3600] * whole + [rest] * bool(rest))) == seconds


def est_polls_a_second(number, _tools):
    waits = list(_est_waits([0] * 5))
    _count_within_a_second(number, [sum(waits[:end]) for end in range(len(waits) + 1)])


def _est_waits(delays):
    patience = Patience(FrozenClock(NOW), renewal_by_est.MAX_POLLED)
    for delay in delays:
        reply = HttpReply(status=202, headers={"retry-after": str(delay)})
        yield patience.put_off(reply).seconds


def steps(number, _tools):
    def machine():
        for _ in range(number):
            yield Send(GET)

    class Answering:
        def send(self, _request):
            return HttpReply(status=200)

    drive.drive(machine(), Answering(), FrozenClock(NOW), threading.Event())


# --- the terminal and the lab CA --------------------------------------------------------------


def typed_ahead(number, _tools):
    ahead = Ahead()
    ahead.add(["x" * number])
    if ahead.full:
        raise OverlookedError


def line_kept(number, _tools):
    editor = Editor(KeyBindings(), lambda: ())
    editor.begin(Document())
    editor.type("x" * number)
    if len(editor.text) < number:
        raise OverlookedError


def line_obeyed(number, tools):
    answer = Session(tools.device).feed("#" * number)
    assert answer.ok, answer.text


def configuration_size(number, _tools):
    comment = "#" * 1023 + "\n"
    load(SCHEMA.configure, (comment * (number // 1024 + 1))[:number])


def configuration_line(number, _tools):
    load(SCHEMA.configure, "configure { }".ljust(number))


def configuration_line_of_the_classic_cli(number, _tools):
    ClassicReader(SCHEMA.configure).read("configure".ljust(number))


def branches_left_out(number, _tools):
    """So many that nobody knows, each of which is told of."""
    text = "\n".join(f"unknown-{place}" for place in range(number))
    found = BraceReader(SCHEMA.configure, strictness=IGNORE_UNKNOWN).read(text)
    told = {omission.branch for omission in found.omitted}
    if f"configure unknown-{number - 1}" not in told:
        raise OverlookedError
    assert len(told) == number


def ports_connections(number, tools):
    """So many at once, each of which is being answered."""
    tools.monkeypatch.setattr(
        connections.resource, "getrlimit", lambda _: (connections.resource.RLIM_INFINITY,) * 2
    )
    found = connections.Connections(connections.room())
    for _ in range(number):
        if not found.admit():
            raise OverlookedError
        one = connections.Connection(None)
        one.answer()
        found.add(one)


def request_at_the_lab_ca(size, _tools):
    _read_request(f"Content-Length: {size}", bytes(size))


def chunked_request_at_the_lab_ca(size, _tools):
    half = size // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (one, bytes(one)) for one in (half, size - half))
    _read_request("Transfer-Encoding: chunked", chunks + b"0\r\n\r\n")


def _read_request(header, body):
    head = f"POST /pkix/ HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n".encode()
    assert RequestReader(io.BytesIO(head + body), "http://a", print).read() is not None


def seconds_of_a_request(seconds, _tools):
    class Dripping:
        def recv_into(self, buffer):
            buffer[:1] = b"x"
            return 1

    clock = FrozenClock(NOW)
    source = listener._Source(connections.Connection(Dripping()), clock)
    clock.wait(seconds, threading.Event())
    source.readinto(bytearray(1))
